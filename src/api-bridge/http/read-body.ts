import type { IncomingMessage } from 'node:http';
import { unsafeJson } from '../../contract/text.ts';
import { BodyFault, readBytes } from '../../process/read-bytes.ts';
import { BridgeError } from './bridge-error.ts';

/**
 * Reads a JSON body within a limit. Refuses a wrong content type (415), too many bytes (413), text that is not UTF-8 JSON (400) and values that
 * PostgreSQL could not store (422). An empty body is undefined.
 */
export async function readJsonBody(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const hasBody = declared > 0 || request.headers['transfer-encoding'] !== undefined;
  if (hasBody && !isJson(request.headers['content-type'])) {
    const got = request.headers['content-type'] ?? 'none';
    throw new BridgeError('unsupported_media_type', `expected content type application/json, got ${got.slice(0, 100)}`);
  }
  const bytes = await readWithin(request, limitBytes);
  if (bytes.length === 0) return undefined;
  const value = parse(bytes);
  const fault = unsafeJson(value);
  if (fault !== undefined) {
    throw new BridgeError('validation_failed', `${fault.path || 'body'}: ${fault.message}`, { errors: [fault] });
  }
  return value;
}

async function readWithin(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  try {
    return await readBytes(request, limitBytes);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    if (error.problem === 'too_large') {
      throw new BridgeError('body_too_large', `expected a body of at most ${String(limitBytes)} bytes, got more`);
    }
    const what = error.problem === 'too_slow' ? 'took too long' : 'ended early';
    throw new BridgeError('bad_request', `expected a whole body, got one that ${what}`, {
      headers: { connection: 'close' },
    });
  }
}

function parse(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return value;
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message.slice(0, 200) : 'not UTF-8';
    throw new BridgeError('bad_json', `expected a JSON body, got something else: ${why}`, { cause: error });
  }
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;|$)/i.test(contentType ?? '');
}
