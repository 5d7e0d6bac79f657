import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createCircuits } from '../../src/process/circuits.ts';
import { createJobApi } from '../../src/runtime/job-api.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'streams-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

type Handle = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

async function apiTo(handle: Handle, signal = new AbortController().signal) {
  let requests = 0;
  const server = createServer((request, response) => handle(request, response, (requests += 1)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createBridgeClient({ baseUrl: `http://127.0.0.1:${port}`, userAgent: 'test' });
  return {
    api: createJobApi({ client, circuit: createCircuits().get('backend_api'), token: 't', signal }),
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await client.close();
    },
  };
}

const BLOCK = Buffer.alloc(1024 * 1024, 7);
const absent = (path: string) => expect(access(path)).rejects.toThrow('ENOENT');

/** Writes as fast as the other side reads, and not faster. */
async function pour(response: ServerResponse, megabytes: number): Promise<void> {
  response.writeHead(200, { 'content-length': megabytes * BLOCK.length });
  await pipeline(
    (function* () {
      for (let sent = 0; sent < megabytes; sent += 1) yield BLOCK;
    })(),
    response,
  ).catch(() => undefined);
}

test('files far larger than the memory they may take go down and up without staying in it', async () => {
  const megabytes = 400;
  const digest = createHash('sha256');
  let received = 0;
  await using to = await apiTo((request, response) => {
    if (request.method === 'GET') void pour(response, megabytes);
    else {
      request.on('data', (chunk: Buffer) => (received += chunk.length) && digest.update(chunk));
      request.on('end', () => response.writeHead(201).end('{"success":true,"data":{"stored":true}}'));
    }
  });
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const path = join(folder, 'large');
  expect(await to.api.download('/worker/files/1/download', path)).toBe(megabytes * BLOCK.length);
  expect(await to.api.upload('/worker/files/1/processed', path, { contentType: 'video/mp4', query: {} })).toEqual({
    stored: true,
  });
  clearInterval(watch);
  expect(received).toBe(megabytes * BLOCK.length);
  const sent = createHash('sha256');
  for await (const chunk of createReadStream(path)) sent.update(chunk as Buffer);
  expect(digest.digest('hex')).toBe(sent.digest('hex'));
  // The server of this test lives in the same process, so this bounds both ends together.
  expect((peak - before) / 1024 / 1024).toBeLessThan(100);
}, 60_000);

test('a download that breaks off is begun again, and what arrives is whole', async () => {
  const bytes = randomBytes(3 * 1024 * 1024);
  await using to = await apiTo((_, response, nth) => {
    response.writeHead(200, { 'content-length': bytes.length });
    if (nth === 1) response.write(bytes.subarray(0, 1024 * 1024), () => response.destroy());
    else response.end(bytes);
  });
  const path = join(folder, 'file');
  expect(await to.api.download('/a', path)).toBe(bytes.length);
  expect(bytes.equals(await readFile(path))).toBe(true);
  expect(to.requests()).toBe(2);
});

test('a download that is refused, or aborted half-way, leaves no file behind', async () => {
  const controller = new AbortController();
  await using to = await apiTo((request, response) => {
    if (request.url?.endsWith('refused') === true) {
      response.writeHead(404).end('{"success":false,"error":"no such file","code":"not_found"}');
    } else response.writeHead(200, { 'content-length': 1e9 }).write(BLOCK);
  }, controller.signal);
  await expect(to.api.download('/refused', join(folder, 'refused'))).rejects.toMatchObject({ status: 404 });
  await absent(join(folder, 'refused'));

  const path = join(folder, 'aborted');
  const download = to.api.download('/endless', path);
  await vi.waitFor(async () => expect((await stat(path)).size).toBeGreaterThan(0));
  controller.abort(new Error('cancelled'));
  await expect(download).rejects.toThrow();
  await absent(path);
});

test('a download never overwrites, nor removes, a file that was there', async () => {
  await using to = await apiTo((_, response) => response.end('new'));
  const path = join(folder, 'mine');
  await writeFile(path, 'old');
  await expect(to.api.download('/a', path)).rejects.toThrow('EEXIST');
  expect(await readFile(path, 'utf8')).toBe('old');
});

test('an upload says what it is, and is sent again from its first byte when the connection breaks', async () => {
  const path = join(folder, 'result');
  const bytes = randomBytes(2 * 1024 * 1024);
  await writeFile(path, bytes);
  const arrived: { url: string | undefined; headers: IncomingMessage['headers']; body: Buffer }[] = [];
  await using to = await apiTo((request, response, nth) => {
    if (nth === 1) {
      request.once('data', () => request.destroy());
      return;
    }
    void request.toArray().then((chunks) => {
      arrived.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks as Buffer[]) });
      response.writeHead(201).end('{"success":true,"data":{"storage_key":"k"}}');
    });
  });
  const options = { contentType: 'image/jpeg', query: { type: 'thumbnail', size: 'small', storage_key: 'a/b c.jpg' } };
  expect(await to.api.upload('/worker/files/1/processed', path, options)).toEqual({ storage_key: 'k' });
  expect(to.requests()).toBe(2);
  expect(arrived[0]!.body.equals(bytes)).toBe(true);
  expect(arrived[0]!.headers).toMatchObject({ 'content-type': 'image/jpeg', 'content-length': String(bytes.length) });
  expect(new URL(`http://x${arrived[0]!.url ?? ''}`).searchParams.get('storage_key')).toBe('a/b c.jpg');
});

test('an empty file is uploaded as an empty file', async () => {
  const path = join(folder, 'empty');
  await writeFile(path, '');
  await using to = await apiTo((request, response) => {
    void request.toArray().then((chunks) => response.end(JSON.stringify({ success: true, data: chunks.length })));
  });
  expect(await to.api.upload('/a', path, { contentType: 'text/plain', query: {} })).toBe(0);
});

test('a file that is not there fails the upload without a call', async () => {
  await using to = await apiTo((_, response) => response.end());
  const options = { contentType: 'text/plain', query: {} };
  await expect(to.api.upload('/a', join(folder, 'none'), options)).rejects.toThrow('ENOENT');
  expect(to.requests()).toBe(0);
});
