import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listWorkers } from '../../src/contract/routes/workers.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { createTokenVerifier } from '../../src/process/verify-token.ts';

const SECRET = 's'.repeat(32);
const MINUTES = 60_000;
const trueNow = Date.now;

/** A server with the right clock, which verifies tokens as the API does. */
const verify = createTokenVerifier({ secrets: { current: SECRET } }, trueNow);
const asked: number[] = [];
const server = createServer((request, response) => {
  void verify((request.headers.authorization ?? '').slice(7)).then(
    () => answer(200, { success: true, data: { workers: [] } }),
    (error: unknown) => answer(401, { success: false, error: String(error), code: 'unauthorized' }),
  );
  function answer(status: number, body: object) {
    asked.push(status);
    response.setHeader('date', new Date(trueNow()).toUTCString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
});

beforeEach(async () => {
  asked.length = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function clientWithClockOff(byMs: number, secret = SECRET) {
  vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + byMs);
  const { port } = server.address() as AddressInfo;
  const token = createTokenSource(secret, { type: 'operator', sub: 'o' });
  return createBridgeClient({ baseUrl: `http://127.0.0.1:${port}`, token, userAgent: 'test' });
}

describe('a process whose clock is wrong', () => {
  test.each([-6, 5, -90])(
    'by %i minutes is refused once, and let in by the server’s time from then on',
    async (minutes) => {
      const client = clientWithClockOff(minutes * MINUTES);
      for (let call = 0; call < 3; call += 1)
        expect((await client.call(listWorkers, {})).data).toEqual({ workers: [] });
      expect(asked).toEqual([401, 200, 200, 200]);
      await client.close();
    },
  );

  test('is refused as ever when its secret is wrong as well, and asks once more only', async () => {
    const client = clientWithClockOff(-6 * MINUTES, 'x'.repeat(32));
    await expect(client.call(listWorkers, {})).rejects.toMatchObject({ status: 401 });
    await expect(client.call(listWorkers, {})).rejects.toMatchObject({ status: 401 });
    expect(asked).toEqual([401, 401, 401]);
    await client.close();
  });

  test('by more than a day is not believed by anybody', async () => {
    const client = clientWithClockOff(-25 * 60 * MINUTES);
    await expect(client.call(listWorkers, {})).rejects.toMatchObject({ status: 401 });
    expect(asked).toEqual([401]);
    await client.close();
  });
});
