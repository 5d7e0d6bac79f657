import { expect, it } from 'vitest';
import { clientNetwork } from '../../../src/api-bridge/operators/client-network.ts';
import { hashPassword, verifyPassword } from '../../../src/api-bridge/operators/password.ts';
import { createTurns } from '../../../src/api-bridge/operators/turns.ts';

it('opens with the password it was made from only, and never twice the same', async () => {
  const hash = await hashPassword('grüße');
  expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
  expect(await hashPassword('grüße')).not.toBe(hash);
  expect(await verifyPassword('grüße'.normalize('NFD'), hash)).toBe(true);
  expect(await verifyPassword('Grüße', hash)).toBe(false);
});

it('still opens a hash that was made with other costs', async () => {
  const { scryptSync } = await import('node:crypto');
  const key = scryptSync('old', Buffer.from('salt'), 32, { N: 1024, r: 8, p: 1 }).toString('base64url');
  const hash = `$scrypt$ln=10,r=8,p=1$${Buffer.from('salt').toString('base64url')}$${key}`;
  expect(await verifyPassword('old', hash)).toBe(true);
});

it.each(['', 'plain', '$scrypt$ln=30,r=8,p=1$c2FsdA$AAAA', `$scrypt$ln=15,r=8,p=3$c2FsdA$${'A'.repeat(8)}`])(
  'is closed for good when the stored hash is not one: %s',
  async (hash) => {
    expect(await verifyPassword('anything', hash)).toBe(false);
  },
);

it('lets so many checks run and so many wait, and sends the rest away', async () => {
  const turns = createTurns({ atOnce: 1, waiting: 1 });
  const first = Promise.withResolvers<string>();
  const running = turns.take(() => first.promise);
  const waiting = turns.take(async () => 'second');
  await expect(turns.take(async () => 'third')).rejects.toMatchObject({ code: 'too_many_requests' });
  first.reject(new Error('broke'));
  await expect(running).rejects.toThrow('broke');
  expect(await waiting).toBe('second');
  expect(await turns.take(async () => 'fourth')).toBe('fourth');
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', ''],
])('counts %s as network %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
