import type { Random } from '../chaos/random.ts';

/** Bytes that are nearly HTTP: lengths that lie, two lengths, chunks that are none, headers without end. */
export function malformedRequest(random: Random, path: string, token: string): Buffer {
  const line = `POST /api/v1${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`;
  const json = 'content-type: application/json\r\n';
  return Buffer.from(
    random.pick([
      `${line}${json}content-length: 5\r\n\r\n{"a":1,"b":2}`,
      `${line}${json}content-length: 500\r\n\r\n{"a":1}`,
      `${line}${json}content-length: -1\r\n\r\n{}`,
      `${line}${json}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      `${line}${json}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      `${line}${json}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      `${line}${json}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}`,
      `${line}${json}transfer-encoding: gzip\r\n\r\n{}`,
      `${line}${json}expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}`,
      `${line}x: ${'y'.repeat(40_000)}\r\n\r\n`,
      `${line}${Array.from({ length: 3000 }, (_, n) => `x${n}: y`).join('\r\n')}\r\n\r\n`,
      `${line}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      `${line}x: a\x00b\r\n\r\n`,
      `GET http://other.example/api/v1${path} HTTP/1.1\r\nhost: x\r\n\r\n`,
      `GET /api/v1${path} HTTP/9.9\r\n\r\n`,
      `GET /api/v1${path}\r\n\r\n`,
      `BREW /api/v1${path} HTTP/1.1\r\nhost: x\r\n\r\n`,
      `OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n`,
      `GET /api/v1/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n`,
      `GET /${'a/'.repeat(4000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      '\r\n\r\n\r\n',
    ]),
    'latin1',
  );
}
