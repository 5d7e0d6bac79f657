import { AsyncLocalStorage } from 'node:async_hooks';

const zones = new AsyncLocalStorage<string>();

/**
 * Everything that is rendered inside shows its times in this zone. A zone is a property of the whole answer, and times
 * are made in the depths of every page: so it goes with the request and not through every part.
 */
export function inZone<Result>(zone: string, render: () => Result): Result {
  return zones.run(zone, render);
}

/** The zone of the answer that is being made; UTC outside of one. */
export function zoneNow(): string {
  return zones.getStore() ?? 'UTC';
}

/** Whether this runtime knows a zone of that name. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z0-9_+\-/]{1,64}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
