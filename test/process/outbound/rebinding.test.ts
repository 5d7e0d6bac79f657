import { expect, onTestFinished, test } from 'vitest';
import { outboundAllowList } from '../../../src/process/outbound/allow-list.ts';
import { createOutboundClient } from '../../../src/process/outbound/outbound-client.ts';
import { HOOK_TEST, listening } from './support/listening.ts';
import { startNameServer } from './support/name-server.ts';

// 127.0.0.2 stands for the internet here: it is opened by the operator's list, and 127.0.0.1 is not.
const OUTSIDE = '127.0.0.2';
const INSIDE = '127.0.0.1';

async function stage(zone: Record<string, string[][]>, { secure = false } = {}) {
  const outside = await listening((_, response) => response.setHeader('connection', 'close').end('outside'), {
    address: OUTSIDE,
    secure,
  });
  const inside = await listening((_, response) => response.end('inside'), { address: INSIDE, port: outside.port });
  const names = await startNameServer(zone);
  const client = createOutboundClient({
    userAgent: 'test',
    resolve: names.resolve,
    allow: outboundAllowList.parse(`${OUTSIDE}/32`),
    ports: [outside.port],
    ca: HOOK_TEST.cert,
  });
  onTestFinished(async () => {
    await client.close();
    names.close();
  });
  const scheme = secure ? 'https' : 'http';
  const send = (host: string) => client.send({ url: `${scheme}://${host}:${outside.port}/`, timeoutMs: 5_000 });
  return { send, outside, inside, names };
}

test('a name that turns inside between two look-ups never leads inside', async () => {
  const turns = Array.from({ length: 20 }, (_, turn) => [turn % 2 === 0 ? OUTSIDE : INSIDE]);
  const { send, outside, inside, names } = await stage({ 'rebind.test': turns });
  const ends: string[] = [];
  for (const _ of turns) {
    ends.push(
      await send('rebind.test').then(
        ({ body }) => body.toString(),
        (error: unknown) => (error as { problem: string }).problem,
      ),
    );
  }
  expect(inside.seen).toHaveLength(0);
  expect(outside.seen).toHaveLength(10);
  expect(ends).toEqual(turns.map((_, turn) => (turn % 2 === 0 ? 'outside' : 'address_refused')));
  // Once each: had the socket asked again, it would have been told the next answer.
  expect(names.questions('rebind.test')).toBe(20);
});

test('a name with one address inside is refused whatever its others are', async () => {
  const { send, inside } = await stage({ 'both.test': [[OUTSIDE, INSIDE]], 'six.test': [[OUTSIDE, '::1']] });
  await expect(send('both.test')).rejects.toMatchObject({ problem: 'address_refused' });
  await expect(send('six.test')).rejects.toMatchObject({ problem: 'address_refused' });
  expect(inside.seen).toHaveLength(0);
});

test('the certificate is still that of the name, though the connection is made to an address', async () => {
  const { send } = await stage({ 'hook.test': [[OUTSIDE]], 'other.test': [[OUTSIDE]] }, { secure: true });
  expect((await send('hook.test')).body.toString()).toBe('outside');
  await expect(send('other.test')).rejects.toMatchObject({
    problem: 'no_answer',
    message: expect.stringMatching(/ALTNAME/),
  });
});

test('a name that does not exist is a fault that may pass, not a rule', async () => {
  const { send } = await stage({});
  await expect(send('nobody.test')).rejects.toMatchObject({ problem: 'unresolved', mayPass: true });
});

test('without the guard the same name does lead inside', async () => {
  const { inside, names, outside } = await stage({ 'rebind.test': [[OUTSIDE], [INSIDE]] });
  await names.resolve('rebind.test');
  const [address] = await names.resolve('rebind.test');
  await fetch(`http://${String(address)}:${outside.port}/`);
  expect(inside.seen).toHaveLength(1);
});
