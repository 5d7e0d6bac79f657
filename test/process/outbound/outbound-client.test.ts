import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { outboundAllowList } from '../../../src/process/outbound/allow-list.ts';
import { createOutboundClient, type OutboundRequest } from '../../../src/process/outbound/outbound-client.ts';
import { mintServiceToken } from '../../../src/process/service-token.ts';
import { listening, type Listening } from './support/listening.ts';

const HOSTS: Record<string, string[]> = { 'a.test': ['127.0.0.1'], 'b.test': ['127.0.0.1'], 'in.test': ['10.0.0.1'] };

function open(allow: string) {
  const client = createOutboundClient({
    userAgent: 'PowernodeWorker/test',
    resolve: async (host) => HOSTS[host] ?? [],
    allow: outboundAllowList.parse(allow),
  });
  onTestFinished(() => client.close());
  return client;
}

async function serve(answer: RequestListener) {
  const server: Listening = await listening(answer);
  const client = open(`a.test:${server.port},b.test:${server.port}`);
  const send = (request: Partial<OutboundRequest> = {}) =>
    client.send({ url: `http://a.test:${server.port}/`, timeoutMs: 5_000, ...request });
  return { ...server, send, at: (host: string, path = '/') => `http://${host}:${server.port}${path}` };
}

test('sends what it was given, and gives status, headers and the decoded body', async () => {
  for (const [encoding, encode] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const) {
    const { send, seen } = await serve((_, response) =>
      response.writeHead(418, { 'content-encoding': encoding }).end(encode('text')),
    );
    const answer = await send({ method: 'POST', body: '{}', headers: { 'X-Signature': 'abc' } });
    expect(answer).toMatchObject({ status: 418, body: Buffer.from('text') });
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'x-signature': 'abc', 'content-length': '2' } });
  }
});

test('a redirect is an answer unless it was asked to be followed', async () => {
  const { send, seen } = await serve((_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end());
  expect(await send()).toMatchObject({ status: 302 });
  expect(seen).toHaveLength(1);
});

test.each([
  ['to an address inside', 'http://169.254.169.254/latest/meta-data/', 'address_refused'],
  ['to a name that leads inside', 'http://in.test/', 'address_refused'],
  ['to another scheme', 'gopher://a.test/', 'scheme_refused'],
  ['to a closed port', 'http://a.test:22/', 'port_refused'],
  ['with a name and password', 'http://u:p@a.test/', 'credentials_refused'],
  ['with a backslash', '\\\\in.test/x', 'redirect_refused'],
  ['to nowhere', 'http://', 'redirect_refused'],
])('each hop is judged as the first was: %s', async (_, location, problem) => {
  const { send } = await serve((__, response) => response.writeHead(302, { location }).end('x'.repeat(100_000)));
  await expect(send({ redirects: 3 })).rejects.toMatchObject({ problem });
});

test('credentials and bodies stay with the origin that they were meant for', async () => {
  const { send, seen, at } = await serve((request, response) => {
    if (request.headers.host?.startsWith('b.test') === true) response.end('there');
    else response.writeHead(request.method === 'PUT' ? 307 : 302, { location: at('b.test', '/x') }).end();
  });
  const headers = { authorization: 'Bearer mine', cookie: 'a=1', 'x-api-key': 'k', accept: 'text/plain' };
  const answer = await send({ method: 'POST', body: 'secret', headers, redirects: 1 });
  expect(answer).toMatchObject({ status: 200, url: at('b.test', '/x') });
  const stranger = seen[1]!;
  expect(stranger).toMatchObject({ method: 'GET', headers: { accept: 'text/plain' } });
  for (const name of ['authorization', 'cookie', 'x-api-key', 'content-length', 'content-type'])
    expect(stranger.headers).not.toHaveProperty(name);
  await expect(send({ method: 'PUT', body: 'secret', redirects: 1 })).rejects.toMatchObject({
    problem: 'redirect_refused',
  });
});

test('within one origin they go along, and a circle of redirects ends', async () => {
  const { send, seen } = await serve((_, response) => response.writeHead(307, { location: '/next' }).end());
  const answer = await send({ method: 'POST', body: 'b', headers: { authorization: 'Bearer mine' }, redirects: 99 });
  expect(answer.status).toBe(307);
  expect(seen).toHaveLength(6);
  expect(seen[5]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer mine' } });
});

test('no token of this system leaves it', async () => {
  const { send, seen, at } = await serve((_, response) => response.end());
  const own = await mintServiceToken('s'.repeat(32), { type: 'worker', sub: 'w1' });
  const attempt = `pna_${'x'.repeat(40)}`;
  for (const secret of [own, attempt]) {
    await expect(send({ headers: { authorization: `Bearer ${secret}` } })).rejects.toMatchObject({
      problem: 'own_token',
    });
    await expect(send({ headers: { 'x-any': `a,${secret}` } })).rejects.toMatchObject({ problem: 'own_token' });
    await expect(send({ method: 'POST', body: `{"t":"${secret}"}` })).rejects.toMatchObject({ problem: 'own_token' });
    await expect(send({ url: at('a.test', `/?t=${secret}`) })).rejects.toMatchObject({ problem: 'own_token' });
  }
  expect(seen).toHaveLength(0);
});

test.each([
  ['a host of its own', { host: 'in.test' }],
  ['a length of its own', { 'content-length': '5' }],
  ['a second request', { 'x-a': 'b\r\nGET / HTTP/1.1' }],
  ['a proxy', { 'proxy-authorization': 'x' }],
  ['an upgrade', { upgrade: 'h2c' }],
  ['a name with a colon', { 'a:b': 'c' }],
  ['too much', { 'x-a': 'b'.repeat(20_000) }],
])('a header that is not the caller’s to set is refused: %s', async (_, headers) => {
  const { send, seen } = await serve((__, response) => response.end());
  await expect(send({ headers: headers as unknown as Record<string, string> })).rejects.toMatchObject({
    problem: 'bad_request',
  });
  expect(seen).toHaveLength(0);
});

test('an answer has bounds: bytes, decompression, encodings, headers, time', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
  const { send, at } = await serve((request, response) => {
    if (request.url === '/large') response.end(Buffer.alloc(3000));
    else if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    else if (request.url === '/odd') response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
    else if (request.url === '/twice') response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync('x'));
    else if (request.url === '/lie') response.writeHead(200, { 'content-encoding': 'gzip' }).end('not at all');
    else if (request.url === '/head') response.writeHead(200, { 'x-a': 'b'.repeat(30_000) }).end();
    else if (request.url === '/drip') response.write('a');
  });
  const ends = async (path: string, more: Partial<OutboundRequest> = {}) =>
    await send({ url: at('a.test', path), ...more }).then(
      () => 'taken',
      (error: unknown) => (error as { problem: string }).problem,
    );
  expect(await ends('/large', { mostBytes: 2999 })).toBe('too_large');
  expect(await ends('/large', { mostBytes: 3000 })).toBe('taken');
  const before = process.memoryUsage().arrayBuffers;
  expect(await ends('/bomb', { mostBytes: 2 ** 30 })).toBe('too_compressed');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * 1024 * 1024);
  expect(await ends('/odd')).toBe('bad_encoding');
  expect(await ends('/twice')).toBe('bad_encoding');
  expect(await ends('/lie')).toBe('bad_encoding');
  expect(await ends('/head')).toBe('no_answer');
  expect(await ends('/drip', { timeoutMs: 200 })).toBe('timeout');
  expect(await ends('/silent', { timeoutMs: 200 })).toBe('timeout');
});

test('the time counts while a connection hangs, and the caller’s own signal ends it', async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const port = (silent.address() as { port: number }).port;
  const client = open(`127.0.0.1:${port}`);
  const stop = new AbortController();
  const sent = client.send({ url: `https://127.0.0.1:${port}/`, signal: stop.signal });
  stop.abort();
  await expect(sent).rejects.toMatchObject({ problem: 'aborted' });
  const late = client.send({ url: `https://127.0.0.1:${port}/`, timeoutMs: 100 });
  await expect(late).rejects.toMatchObject({ problem: 'timeout' });
});

test('gives a program that connects by itself the addresses to be pinned to, and no others', async () => {
  const client = open('a.test:22');
  expect(await client.addressesOf('ssh://a.test/repository')).toEqual(['127.0.0.1']);
  await expect(client.addressesOf('https://in.test/x.git')).rejects.toMatchObject({ problem: 'address_refused' });
  await expect(client.addressesOf('ext::sh -c id')).rejects.toMatchObject({ problem: 'bad_url' });
});
