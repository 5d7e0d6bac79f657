import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalStorage } from '../../../../src/api-bridge/backend/storage/local-storage.ts';
import {
  ObjectMissing,
  StorageLimitExceeded,
  type StorageProvider,
} from '../../../../src/api-bridge/backend/storage/storage-provider.ts';

let outside: string;
let root: string;
let storage: StorageProvider;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'powernode-local-'));
  root = join(outside, 'storage');
  storage = await openLocalStorage(root);
});
afterEach(async () => rm(outside, { recursive: true, force: true }));

const write = (key: string, bytes: string | Buffer, limitBytes = 1_000_000) =>
  storage.write(key, Readable.from([Buffer.from(bytes)]), { limitBytes });
const read = async (key: string, range?: { start: number; end: number }) =>
  Buffer.concat(await (await storage.read(key, range)).toArray());
async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const object of storage.list()) found.push(object.key);
  return found.sort();
}

describe('local storage', () => {
  it('gives back what it was given, whole and in parts, and knows its hash', async () => {
    expect(await write('a/b.c/d', 'hello')).toEqual({
      bytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
    expect([(await read('a/b.c/d')).toString(), (await read('a/b.c/d', { start: 1, end: 3 })).toString()]).toEqual([
      'hello',
      'ell',
    ]);
    expect([await storage.size('a/b.c/d'), await keys()]).toEqual([5, ['a/b.c/d']]);
    await storage.delete('a/b.c/d');
    await storage.delete('a/b.c/d');
    await storage.delete('never/there');
    expect(await keys()).toEqual([]);
    await expect(storage.read('a/b.c/d')).rejects.toThrow(ObjectMissing);
    await expect(storage.size('never/there')).rejects.toThrow(ObjectMissing);
  });

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'a b',
    'ä',
    'a\u0000b',
    'a\nb',
    'x'.repeat(600),
  ])('refuses the key %j, and leaves nothing', async (key) => {
    await expect(write(key, 'x')).rejects.toThrow(TypeError);
    await expect(storage.read(key)).rejects.toThrow(TypeError);
    await expect(storage.delete(key)).rejects.toThrow(TypeError);
    expect(await keys()).toEqual([]);
  });

  it('never leaves its folder through a symbolic link', async () => {
    await writeFile(join(outside, 'secret'), 'secret');
    await mkdir(join(outside, 'elsewhere'));
    await symlink(outside, join(root, 'out'));
    await symlink(join(outside, 'secret'), join(root, 'incoming', 'link'));
    await expect(storage.read('out/secret')).rejects.toThrow(ObjectMissing);
    await expect(storage.read('incoming/link')).rejects.toThrow(ObjectMissing);
    await expect(write('out/elsewhere/new', 'x')).rejects.toThrow(ObjectMissing);
    await storage.delete('out/secret');
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    await expect(stat(join(outside, 'elsewhere/new'))).rejects.toThrow('ENOENT');
    expect(await keys()).toEqual([]);
  });

  it('does not mistake a folder for an object', async () => {
    await write('a/b', 'x');
    await expect(storage.read('a')).rejects.toThrow(ObjectMissing);
    await expect(write('a/b/c', 'x')).rejects.toThrow();
    await expect(storage.delete('a')).rejects.toThrow();
    expect(await keys()).toEqual(['a/b']);
  });

  it('stops at the first byte over the limit, and leaves nothing', async () => {
    expect((await write('a/full', Buffer.alloc(10), 10)).bytes).toBe(10);
    let taken = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000, (taken += 1_000));
      })(),
    );
    await expect(storage.write('a/endless', endless, { limitBytes: 100_000 })).rejects.toThrow(StorageLimitExceeded);
    expect(taken).toBeLessThan(200_000);
    expect([await keys(), endless.destroyed]).toEqual([['a/full'], true]);
  });

  it('leaves nothing when the source breaks or the caller gives up', async () => {
    async function* breaking() {
      yield Buffer.from('half');
      throw new Error('the sender has gone');
    }
    await expect(storage.write('a/b', Readable.from(breaking()), { limitBytes: 100 })).rejects.toThrow('has gone');
    const giving = new AbortController();
    const silent = new Readable({ read: () => undefined });
    const writing = storage.write('a/b', silent, { limitBytes: 100, signal: giving.signal });
    silent.push('half');
    giving.abort();
    await expect(writing).rejects.toThrow('abort');
    expect([await keys(), silent.destroyed]).toEqual([[], true]);
  });

  it('shows an object only when it is whole, and an old one until then', async () => {
    await write('a/b', 'old');
    const slow = new Readable({ read: () => undefined });
    const writing = storage.write('a/b', slow, { limitBytes: 100 });
    slow.push('new');
    expect((await read('a/b')).toString()).toBe('old');
    slow.push(null);
    await writing;
    expect((await read('a/b')).toString()).toBe('new');
  });

  it('keeps many writes apart', async () => {
    const objects = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const bytes = randomBytes(5_000);
        return { key: `k/${n % 7}/${n}`, bytes, stored: await write(`k/${n % 7}/${n}`, bytes) };
      }),
    );
    for (const { key, bytes } of objects) expect((await read(key)).equals(bytes)).toBe(true);
    expect(await keys()).toHaveLength(200);
  });

  it('lets nobody else on the machine read it', async () => {
    await write('a/b', 'x');
    expect([(await stat(join(root, 'a/b'))).mode & 0o077, (await stat(join(root, 'a'))).mode & 0o077]).toEqual([0, 0]);
    await chmod(root, 0o700);
  });
});
