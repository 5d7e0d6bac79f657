import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { mkdir, open, opendir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createMeter } from './measured-stream.ts';
import { assertObjectKey } from './object-key.ts';
import { ObjectMissing, type ListedObject, type StorageProvider } from './storage-provider.ts';

/** Objects that are still being written live here; a process that was killed leaves some behind for the sweep. */
export const INCOMING = 'incoming';

/**
 * Objects as files of one folder. Written under a temporary name, flushed to the disk, then renamed, so that a crash
 * leaves either a whole object or one in `incoming/`. A symbolic link inside the folder is never followed.
 */
export async function openLocalStorage(folder: string): Promise<StorageProvider> {
  await mkdir(join(folder, INCOMING), { recursive: true, mode: 0o700 });
  const root = await realpath(folder);

  async function pathOf(key: string): Promise<string> {
    assertObjectKey(key);
    const path = join(root, ...key.split('/'));
    const parent = dirname(path);
    const real = await realpath(parent).catch((error: unknown) => {
      throw isAbsent(error) ? new ObjectMissing(key, error) : error;
    });
    if (real !== parent) throw new ObjectMissing(key, `the folder of ${key} leads elsewhere`);
    return path;
  }

  async function openObject(key: string): Promise<{ handle: FileHandle; size: number }> {
    // Without O_NONBLOCK opening a named pipe that somebody put there would wait for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(await pathOf(key), flags).catch((error: unknown) => {
      throw isAbsent(error) ? new ObjectMissing(key, error) : error;
    });
    const facts = await handle.stat();
    if (facts.isFile()) return { handle, size: facts.size };
    await handle.close();
    throw new ObjectMissing(key, 'it is no plain file');
  }

  return {
    async write(key, source, { limitBytes, signal }) {
      const temporary = join(root, INCOMING, randomUUID());
      try {
        assertObjectKey(key);
        const meter = createMeter(limitBytes);
        const handle = await open(temporary, 'wx', 0o600);
        try {
          const take = (chunks: AsyncIterable<Buffer>) => handle.writeFile(chunks);
          await pipeline(source, meter.measure, take, signal === undefined ? {} : { signal });
          await handle.sync();
        } finally {
          await handle.close();
        }
        await makeFolder(dirname(join(root, ...key.split('/'))), root);
        const path = await pathOf(key);
        await rename(temporary, path);
        await syncFolder(dirname(path));
        return meter.result();
      } catch (error) {
        source.destroy();
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async read(key, range) {
      const { handle } = await openObject(key);
      return handle.createReadStream(range === undefined ? {} : { start: range.start, end: range.end });
    },

    async size(key) {
      const { handle, size } = await openObject(key);
      await handle.close();
      return size;
    },

    async delete(key) {
      try {
        await rm(await pathOf(key), { force: true });
      } catch (error) {
        if (!(error instanceof ObjectMissing)) throw error;
      }
    },

    list: () => listFolder(root, ''),
  };
}

async function makeFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let parent = dirname(folder); parent.length >= root.length; parent = dirname(parent)) await syncFolder(parent);
}

/** A new name is only safe from a power cut once its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listFolder(folder: string, prefix: string): AsyncGenerator<ListedObject> {
  for await (const entry of await opendir(folder)) {
    const key = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* listFolder(join(folder, entry.name), `${key}/`);
    else if (entry.isFile()) yield* listFile(folder, entry, key);
  }
}

/** A file may go between the listing and the look at it. */
async function* listFile(folder: string, entry: Dirent, key: string): AsyncGenerator<ListedObject> {
  const facts = await stat(join(folder, entry.name)).catch(() => undefined);
  if (facts !== undefined) yield { key, bytes: facts.size, modifiedAt: facts.mtime };
}

function isAbsent(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ELOOP';
}
