import { randomBytes } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A change of any recipe needs a new number here, because files made once are kept between runs. */
const EDITION = 4;
const FOLDER = join(tmpdir(), `powernode-fixtures-${EDITION}-${userInfo().uid}`);

/**
 * The path of a generated file, made at the first use and kept for later runs. Test files run side by side, so each
 * makes it under a name of its own and renames it: a half-made fixture is never seen.
 */
export async function fixture(name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const path = join(FOLDER, name);
  if (await exists(path)) return path;
  await mkdir(FOLDER, { recursive: true });
  // The ending stays, because ffmpeg and sharp choose the format by it.
  const draft = join(FOLDER, `${randomBytes(6).toString('hex')}-${name}`);
  await make(draft);
  await rename(draft, path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
