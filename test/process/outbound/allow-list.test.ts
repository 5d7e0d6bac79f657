import { expect, test } from 'vitest';
import { outboundAllowList } from '../../../src/process/outbound/allow-list.ts';

const opens = (list: string, host: string, port: number, address: string) =>
  outboundAllowList.parse(list).opensAddress(host, port, address);

test('a name opens what it resolves to, for its port only where one is given', () => {
  expect(opens('llm.internal:11434', 'llm.internal', 11434, '10.0.0.9')).toBe(true);
  expect(opens('llm.internal:11434', 'llm.internal', 80, '10.0.0.9')).toBe(false);
  expect(opens('llm.internal', 'llm.internal', 80, 'fd12::1')).toBe(true);
  expect(opens('llm.internal', 'other.internal', 80, '10.0.0.9')).toBe(false);
});

test('a name never opens metadata, link-local, unspecified or mapped addresses', () => {
  for (const address of [
    '169.254.169.254',
    'fd00:ec2::254',
    'fe80::1',
    '0.0.0.0',
    '::',
    '::ffff:10.0.0.1',
    '224.0.0.1',
  ])
    expect(opens('llm.internal', 'llm.internal', 80, address)).toBe(false);
  expect(opens('169.254.169.254', 'anything', 80, '169.254.169.254')).toBe(true);
});

test('a star opens the names below it and neither itself nor what only ends alike', () => {
  expect(opens('*.corp.example', 'a.b.corp.example', 80, '10.0.0.1')).toBe(true);
  expect(opens('*.corp.example', 'corp.example', 80, '10.0.0.1')).toBe(false);
  expect(opens('*.corp.example', 'evilcorp.example', 80, '10.0.0.1')).toBe(false);
});

test('a network opens its addresses whatever their name', () => {
  expect(opens('10.1.0.0/16', 'x.example', 80, '10.1.2.3')).toBe(true);
  expect(opens('10.1.0.0/16', 'x.example', 80, '10.2.0.1')).toBe(false);
  expect(opens('[fd12::/32]:8080', 'x.example', 8080, 'fd12::7')).toBe(true);
  expect(opens('fd12::/32', 'x.example', 8080, 'fd12::7')).toBe(true);
  expect(opens('10.1.0.0/16', 'x.example', 80, '::ffff:10.1.0.1')).toBe(false);
});

test('a port is opened only where it was given with the host', () => {
  const list = outboundAllowList.parse('llm.internal:11434, 10.0.0.5:9000');
  expect([list.opensPort('llm.internal', 11434), list.opensPort('llm.internal', 11435)]).toEqual([true, false]);
  expect([list.opensPort('10.0.0.5', 9000), list.opensPort('10.0.0.6', 9000)]).toEqual([true, false]);
});

test.each([
  'http://llm.internal',
  'a b',
  '10.0.0.0/99',
  '300.1.1.1',
  'x:0',
  'x:99999',
  '*',
  '*.',
  'a..b',
  '*.*.x',
  '::1/129',
])('a list that says something else is refused at the start: %s', (list) => {
  expect(outboundAllowList.safeParse(list).success).toBe(false);
});
