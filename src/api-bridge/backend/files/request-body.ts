import type { IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { BridgeError } from '../../http/bridge-error.ts';

/** A sender that says nothing for this long has gone, whatever its connection looks like. */
const STALLED_MS = 60_000;

/**
 * A request's bytes as a stream that may be destroyed at any time without taking the connection down, so that a
 * refusal still reaches the client. Throws or fails with 413 over the limit, fails with 400 when the body ends early
 * or its sender stalls.
 */
export function bodyOf(request: IncomingMessage, limitBytes: number, stalledMs = STALLED_MS): Readable {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  let bytes = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limitBytes) done(tooLarge(limitBytes));
      else done(null, chunk);
    },
  });
  const onStall = () => body.destroy(unfinished(`stalled for ${String(stalledMs / 1000)} s`));
  const onBreak = () => {
    if (!request.complete) body.destroy(unfinished('ended early'));
  };

  request.socket.setTimeout(stalledMs);
  // Listened to on the request: otherwise the server hangs up by itself, and the client never learns why.
  request.on('timeout', onStall).on('error', onBreak).on('close', onBreak).pipe(body);
  // A request that broke before anybody looked says nothing any more.
  if (request.destroyed) onBreak();
  body.once('close', () => {
    request.socket.setTimeout(0);
    request.off('timeout', onStall).off('error', onBreak).off('close', onBreak).unpipe(body);
  });
  return body;
}

function unfinished(what: string): BridgeError {
  return new BridgeError('bad_request', `expected a whole body, got one that ${what}`, {
    headers: { connection: 'close' },
  });
}

function tooLarge(limitBytes: number): BridgeError {
  return new BridgeError('body_too_large', `expected a body of at most ${String(limitBytes)} bytes, got more`);
}
