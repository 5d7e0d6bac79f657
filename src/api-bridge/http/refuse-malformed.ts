import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { BridgeError } from './bridge-error.ts';

/**
 * Answers what Node's parser refuses before there is a request: in the envelope too, and then the connection ends,
 * because nobody can tell where the next request would start.
 */
export function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new BridgeError('headers_too_large', 'expected headers of at most 16 kB, got more')
      : new BridgeError('bad_request', 'expected an HTTP request, got something else');
  const body = JSON.stringify({ success: false, error: refusal.message, code: refusal.code });
  const head = [
    `HTTP/1.1 ${String(refusal.status)} ${STATUS_CODES[refusal.status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
