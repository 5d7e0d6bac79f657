import type { IncomingMessage } from 'node:http';

const LONGEST_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * After an answer that came before the whole request had: throws the rest away for a while, so that a client which is
 * still sending can read the answer instead of a reset, and then gives up on the connection.
 */
export function linger(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  const give = () => request.destroy();
  const timer = setTimeout(give, LONGEST_MS);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) give();
  });
  request.once('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}
