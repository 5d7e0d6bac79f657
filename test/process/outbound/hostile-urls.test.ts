import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutboundClient, type OutboundClient } from '../../../src/process/outbound/outbound-client.ts';
import { OutboundFault } from '../../../src/process/outbound/outbound-fault.ts';
import { startNameServer, type NameServer } from './support/name-server.ts';

const URLS: string[] = JSON.parse(readFileSync(new URL('./hostile-urls.json', import.meta.url), 'utf8'));

const UNANSWERED = new Set<string>(['no_answer', 'timeout', 'aborted']);
const INSIDE = [['127.0.0.1']];
const ZONE: Record<string, string[][]> = {
  'good.example': [['93.184.215.14']],
  ...Object.fromEntries(
    `localhost *.localhost localhost.localdomain ip6-localhost localtest.me *.localtest.me lvh.me vcap.me metadata
     instance-data kubernetes.default.svc *.svc.cluster.local *.docker.internal postgres redis api *.internal router.local
     spoofed.burpcollaborator.example *.inside.example xn--bcher-kva-inside.example 127.0.0.1.nip.io 7f000001.nip.io
     instance-data.ec2.internal upper.inside.example trailing.inside.example`
      .split(/\s+/)
      .map((name) => [name, INSIDE]),
  ),
  '10.0.0.1.nip.io': [['10.0.0.1']],
  'www.192.168.0.1.nip.io': [['192.168.0.1']],
  'a9fea9fe.nip.io': [['169.254.169.254']],
  'metadata.google.internal': [['169.254.169.254']],
  'metadata.azure.internal': [['169.254.169.254']],
  'one-bad-of-two.example': [['93.184.215.14', '10.0.0.7']],
  'six-inside.example': [['93.184.215.14', 'fd00:ec2::254']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'nat64.example': [['64:ff9b::7f00:1']],
  'sixtofour.example': [['2002:7f00:1::']],
  'zero.example': [['0.0.0.0']],
  'multicast.example': [['224.0.0.1']],
  'broadcast.example': [['255.255.255.255']],
  'linklocal.example': [['fe80::1']],
  'cgnat.example': [['100.64.0.1']],
  'benchmark.example': [['198.18.0.1']],
  'no-address.example': [[]],
};

let names: NameServer;
let client: OutboundClient;
const opened: unknown[] = [];
const onSocket = (message: unknown) => void opened.push(message);

beforeAll(async () => {
  names = await startNameServer(ZONE);
  client = createOutboundClient({ userAgent: 'test', resolve: names.resolve });
  subscribe('net.client.socket', onSocket);
});

afterAll(async () => {
  unsubscribe('net.client.socket', onSocket);
  await client.close();
  names.close();
});

test('there is a corpus worth the name', () => {
  expect(new Set(URLS).size).toBeGreaterThanOrEqual(300);
});

test('every URL of it is refused before a socket is opened', async () => {
  const letThrough: string[] = [];
  for (const url of URLS) {
    opened.length = 0;
    const refused: unknown = await client.send({ url, timeoutMs: 5_000 }).catch((error: unknown) => error);
    const isByRule = refused instanceof OutboundFault && !UNANSWERED.has(refused.problem);
    if (!isByRule || opened.length > 0) letThrough.push(`${url.slice(0, 100)}: ${String(refused).slice(0, 100)}`);
  }
  expect(letThrough).toEqual([]);
});

test.each([
  'http://good.example/',
  'https://good.example:443/a?b#c',
  'http://[2606:4700:4700::1111]/',
  'https://1.1.1.1/',
])('is let through: %s', async (url) => {
  const stop = new AbortController();
  const seen = new Promise((resolve) => {
    const once = (message: unknown) => {
      unsubscribe('net.client.socket', once);
      resolve(message);
    };
    subscribe('net.client.socket', once);
  });
  const sent = client.send({ url, signal: stop.signal }).catch((error: unknown) => error);
  await seen;
  stop.abort();
  expect(await sent).toMatchObject({ problem: expect.stringMatching(/aborted|no_answer/) });
  opened.length = 0;
});
