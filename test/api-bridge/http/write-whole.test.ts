import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../../src/api-bridge/app.ts';
import { createHttpService, type HttpService } from '../../../src/api-bridge/http/http-service.ts';
import { sendData } from '../../../src/api-bridge/http/reply.ts';
import { createLogger } from '../../../src/process/logger.ts';

const log = createLogger({ name: 'test', level: 'silent' });
let http: HttpService;

beforeAll(async () => {
  const app = createApp(log, '1');
  app.get('/whole', () => sendData(200, { text: 'ä'.repeat(3) }, { 'x-own': 'yes' }));
  http = createHttpService(app, { port: 0, host: '127.0.0.1', quiet: () => undefined, log });
  await http.start();
});

afterAll(() => http.stop());

it('an answer goes out in one piece, with its length in bytes and every header of the layers below', async () => {
  const socket = connect(http.port(), '127.0.0.1');
  const pieces: string[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  socket.write('GET /whole HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await once(socket, 'close');
  const [head = '', body] = pieces.join('').split('\r\n\r\n');
  expect(body).toBe('{"success":true,"data":{"text":"äää"}}');
  expect(head).toContain(`content-length: ${String(Buffer.byteLength(body ?? ''))}`);
  for (const header of ['x-own: yes', 'x-frame-options: DENY', 'content-type: application/json'])
    expect(head).toContain(header);
  expect(head).not.toMatch(/transfer-encoding|x-hono/i);
});

it('HEAD, an unknown path and two requests on one connection are answered too', async () => {
  const url = `http://127.0.0.1:${String(http.port())}`;
  const head = await fetch(`${url}/whole`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (let n = 0; n < 2; n += 1) {
    const missing = await fetch(`${url}/nowhere`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ success: false, code: 'not_found' });
  }
});
