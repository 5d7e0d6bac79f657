import { createHash } from 'node:crypto';

const UUID_LIKE = /^[0-9a-f-]+$/i;

/**
 * What counts as the same job again, as the earlier system had it: the name with the first field of its payload when
 * that is made of hex digits and hyphens only, else with the first 16 hex digits of the payload's hash. Fields are
 * taken in the order of their names, so that the order in which they were written does not matter.
 */
export function jobKey(name: string, payload: unknown): string {
  const fields = typeof payload === 'object' && payload !== null ? Object.entries(payload).sort(byName) : [];
  const first: unknown = fields[0]?.[1];
  if (typeof first === 'string' && UUID_LIKE.test(first)) return `${name}:${first}`;
  const hash = createHash('sha256')
    .update(JSON.stringify(inOrder(payload)))
    .digest('hex');
  return `${name}:${hash.slice(0, 16)}`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byName)
      .map(([name, each]) => [name, inOrder(each)]),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
