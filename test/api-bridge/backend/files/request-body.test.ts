import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf } from '../../../../src/api-bridge/backend/files/request-body.ts';

const STALLED_MS = 60;
let server: Server;
let client: Socket;
let request: IncomingMessage;

/** Sends the head of a request and opens its body. */
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = connect(port, '127.0.0.1');
  client.write('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  [request] = (await once(server, 'request')) as [IncomingMessage];
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const send = (text: string) => client.write(`${text.length.toString(16)}\r\n${text}\r\n`);
const read = async (limitBytes = 100) =>
  Buffer.concat(await bodyOf(request, limitBytes, STALLED_MS).toArray()).toString();

describe("a request's body", () => {
  it('is whole, and may be as long as the limit', async () => {
    const reading = read(10);
    send('hello');
    send('world');
    client.write('0\r\n\r\n');
    expect(await reading).toBe('helloworld');
  });

  it('fails at the first byte over the limit', async () => {
    const reading = read(9);
    send('hello');
    send('world');
    await expect(reading).rejects.toMatchObject({ code: 'body_too_large' });
  });

  it('fails when it ends early, also before anybody looked', async () => {
    const reading = read();
    send('half');
    client.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'bad_request' });
    expect(request.destroyed).toBe(true);
    await expect(read()).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('fails when its sender stalls, and the sender can still be told', async () => {
    const reading = read();
    send('half');
    await expect(reading).rejects.toThrow('stalled for 0.06 s');
    expect([request.destroyed, request.socket.destroyed, request.socket.timeout]).toEqual([false, false, 0]);
  });

  it('may be given up without giving up the connection', async () => {
    const body = bodyOf(request, 100, STALLED_MS);
    body.destroy();
    await once(body, 'close');
    expect([request.destroyed, request.listenerCount('data'), request.listenerCount('timeout')]).toEqual([false, 0, 0]);
  });
});
