/** A field of the payload (`account_id`, `repository.id`), or what gives the key out of a payload. */
export type PayloadKey = string | ((payload: never) => string | undefined);

/**
 * The key that a payload has; undefined when it lacks the field, holds no plain value there, or makes the function
 * throw. The payload has passed the definition's schema where it was enqueued; what came by another way may not fit.
 */
export function keyOfPayload(key: PayloadKey, payload: unknown): string | undefined {
  try {
    const value: unknown = typeof key === 'string' ? at(payload, key) : Reflect.apply(key, undefined, [payload ?? {}]);
    if (typeof value === 'string') return value === '' ? undefined : value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

function at(payload: unknown, path: string): unknown {
  let value: unknown = payload;
  for (const field of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    value = Reflect.get(value, field);
  }
  return value;
}
