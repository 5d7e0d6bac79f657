import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { BridgeError } from '../../http/bridge-error.ts';

/** A sender that says nothing for this long has gone, whatever its connection looks like. */
const STALLED_MS = 60_000;

/**
 * A request's bytes as a stream that may be destroyed without taking the connection down, so that the refusal still
 * reaches the client. Fails with 413 over the limit and with 400 when the body ends early or its sender stalls.
 */
export function bodyOf(request: IncomingMessage, limitBytes: number): Readable {
  return Readable.from(readBody(request, limitBytes), { objectMode: false });
}

async function* readBody(request: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  let bytes = 0;
  const onStall = () => request.destroy(new Error(`nothing came for ${String(STALLED_MS / 1000)} s`));
  request.socket.setTimeout(STALLED_MS, onStall);
  try {
    const stream: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > limitBytes) throw tooLarge(limitBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    throw new BridgeError('bad_request', 'expected a whole body, got one that ended early', { cause: error });
  } finally {
    request.socket.setTimeout(0);
    request.socket.off('timeout', onStall);
  }
}

function tooLarge(limitBytes: number): BridgeError {
  return new BridgeError('body_too_large', `expected a body of at most ${String(limitBytes)} bytes, got more`, {
    headers: { connection: 'close' },
  });
}
