import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { expectFreePort } from '../../src/start/port-check.ts';

async function occupy(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port taken on %s is refused in one line that names the variable',
  async (host) => {
    const port = await occupy(host);
    await expect(expectFreePort(port, 'WEB_PORT')).rejects.toThrow(
      `Port ${port} is taken by another program: set WEB_PORT to a free port, e.g. WEB_PORT=${port + 1} npm start`,
    );
  },
);

test('looking at a free port leaves it free', async () => {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expectFreePort(port, 'PORT');
  await expectFreePort(port, 'PORT');
});
