import { LIMITS } from '../contract/limits.ts';
import { unsafeJson } from '../contract/text.ts';
import { NonRetryable } from '../jobs/index.ts';

/**
 * What a handler returned, as the JSON object that crosses the wire. Throws NonRetryable when it cannot: the bridge
 * would refuse it, the next attempt would return the same, and in a folded settle it would stand beside others.
 */
export function checkOutput(returned: unknown): Record<string, unknown> | undefined {
  if (returned === undefined || returned === null) return undefined;
  const json = toJson(returned);
  const bytes = Buffer.byteLength(json);
  if (bytes > LIMITS.outputBytes) {
    throw new NonRetryable(
      `expected an output of at most ${LIMITS.outputBytes} bytes of JSON, got ${bytes}; store large results as files`,
      { code: 'output_too_large' },
    );
  }
  const output: unknown = JSON.parse(json);
  if (!isObject(output)) throw invalid(`expected an object, got ${Array.isArray(output) ? 'an array' : typeof output}`);
  const fault = unsafeJson(output, 'output');
  if (fault !== undefined) throw invalid(`${fault.path}: ${fault.message}`);
  return output;
}

function toJson(returned: unknown): string {
  try {
    // A function or a symbol has no JSON at all, which stringify tells by giving undefined.
    const json: unknown = JSON.stringify(returned);
    return typeof json === 'string' ? json : 'null';
  } catch (error) {
    throw invalid(`expected something that JSON can carry, got: ${error instanceof Error ? error.message : 'a fault'}`);
  }
}

function invalid(message: string): NonRetryable {
  return new NonRetryable(message, { code: 'invalid_output' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
