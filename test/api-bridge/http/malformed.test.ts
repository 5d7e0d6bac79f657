import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop());

it.each([
  ['no HTTP at all', 'hello there\r\n\r\n', 400, 'bad_request'],
  ['a broken length', 'POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n', 400, 'bad_request'],
  ['40 kB of headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
])('%s is refused in the envelope, and the connection ends', async (_, sent, status, code) => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(sent);
  const [head, body] = (await text(socket)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status}`);
  expect(JSON.parse(body ?? '')).toMatchObject({ success: false, code });
});
