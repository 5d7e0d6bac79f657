import { LIMITS } from '../contract/limits.ts';
import { unsafeJson } from '../contract/text.ts';
import { NonRetryable } from './errors.ts';

/**
 * A value as JSON has it: what is stored now is what a later attempt reads. `undefined` becomes null. Throws
 * NonRetryable for what JSON cannot carry or PostgreSQL cannot store, and for what is larger than an output may be.
 */
export function toJsonValue(value: unknown, what: string): unknown {
  const json = stringify(value, what);
  const bytes = Buffer.byteLength(json);
  if (bytes > LIMITS.outputBytes) {
    throw refused(`${what}: expected at most ${LIMITS.outputBytes} bytes of JSON, got ${bytes}; store it as a file`);
  }
  const plain: unknown = JSON.parse(json);
  const fault = unsafeJson(plain, what);
  if (fault !== undefined) throw refused(`${fault.path}: ${fault.message}`);
  return plain;
}

function stringify(value: unknown, what: string): string {
  if (value === undefined) return 'null';
  let json: unknown;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw refused(`${what}: expected something that JSON can carry, got: ${String(error)}`);
  }
  if (typeof json === 'string') return json;
  throw refused(`${what}: expected something that JSON can carry, got a ${typeof value}`);
}

function refused(message: string): NonRetryable {
  return new NonRetryable(message, { code: 'invalid_value' });
}
