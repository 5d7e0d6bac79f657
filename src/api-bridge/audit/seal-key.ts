import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../process/token-secrets.ts';

/** A place in the chain: everything before it follows from its hash. */
export type Head = { readonly id: number; readonly hash: string };

export type SealKey = {
  sign(head: Head): Buffer;
  /** Whether the signature was made with the secret or with the one before the last rotation. */
  holds(head: Head, signature: Buffer): boolean;
};

/** Signs places of the audit chain with a key derived from the service secret, which the database never sees. */
export function createSealKey({ current, previous }: Pick<Secrets, 'current' | 'previous'>): SealKey {
  const keys = [current, ...(previous === undefined ? [] : [previous])].map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, 'powernode', 'audit', 32)),
  );
  const [newest = Buffer.alloc(0)] = keys;
  return {
    sign: (head) => mac(newest, head),
    holds: (head, signature) =>
      signature.length === 32 && keys.some((key) => timingSafeEqual(mac(key, head), signature)),
  };
}

function mac(key: Buffer, { id, hash }: Head): Buffer {
  return createHmac('sha256', key).update(`${id}:${hash}`).digest();
}

/** What somebody keeps elsewhere, to find later that the end of the chain was cut off: `48219:9ab1…`. */
export function writeAnchor({ id, hash }: Head): string {
  return `${id}:${hash}`;
}

/** Undefined for anything that `writeAnchor` did not make. */
export function readAnchor(text: string): Head | undefined {
  const [, id, hash = ''] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return id === undefined ? undefined : { id: Number(id), hash };
}
