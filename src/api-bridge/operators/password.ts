import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { createTurns } from './turns.ts';

type Cost = { readonly log2N: number; readonly r: number; readonly p: number };

/** OWASP's middle choice: 32 MB for each check, about a fifth of a second on one core. */
const COST: Cost = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** A row that somebody tampered with must not make a check cost gigabytes. */
const HIGHEST: Cost = { log2N: 18, r: 16, p: 8 };

/** Each check holds 32 MB and a thread of the pool that file access needs too. */
const turns = createTurns({ atOnce: 2, waiting: 20 });

/** A PHC string: `$scrypt$ln=15,r=8,p=3$salt$key`. The cost travels with the hash, so it can rise later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, COST);
  return `$scrypt$ln=${COST.log2N},r=${COST.r},p=${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Whether the password belongs to the hash; false for a hash that is not one. Throws too_many_requests in a flood. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parse(hash);
  if (parsed === undefined) return false;
  const key = await derive(password, parsed.salt, parsed.key.length, parsed.cost);
  return timingSafeEqual(key, parsed.key);
}

/** A hash that no password opens: checking against it costs what a real check costs. */
export async function decoyHash(): Promise<string> {
  return await hashPassword(randomBytes(32).toString('base64url'));
}

function derive(password: string, salt: Buffer, bytes: number, { log2N, r, p }: Cost): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** log2N, r, p, maxmem: 256 * 2 ** log2N * r };
  // The same letters can be typed as different code points; NFKC makes them one password.
  const typed = password.normalize('NFKC');
  return turns.take(
    () =>
      new Promise((resolve, reject) => {
        scrypt(typed, salt, bytes, options, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      }),
  );
}

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(hash);
  if (match === null) return undefined;
  const cost = { log2N: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  const key = Buffer.from(match[5] ?? '', 'base64url');
  const sane = cost.log2N <= HIGHEST.log2N && cost.r <= HIGHEST.r && cost.p <= HIGHEST.p && key.length >= KEY_BYTES;
  return sane ? { cost, salt: Buffer.from(match[4] ?? '', 'base64url'), key } : undefined;
}
