import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { previousHolds, type Secrets } from '../../process/token-secrets.ts';
import type { AttemptRef } from './principal.ts';

/** What a sealed value is for; a lease never opens the data plane, and a token never settles. */
export type SealKind = 'lease' | 'attempt';

const PREFIX: Readonly<Record<SealKind, string>> = { lease: 'pnl_', attempt: 'pna_' };
const MAC_BYTES = 16;

const fields = z.tuple([
  z.string(), // queue
  z.guid(), // job id
  z.number().int(), // retry count
  z.string(), // worker
  z.number().int(), // attempt
  z.number(), // claimed at, ms
  z.string(), // job name
  z.string().optional(), // loop key
]);

export type Sealer = {
  seal(kind: SealKind, ref: AttemptRef): string;
  /** The attempt behind a sealed value, or undefined when it is malformed, foreign or of the other kind. */
  open(kind: SealKind, sealed: string): AttemptRef | undefined;
};

/**
 * Seals attempts with HMAC-SHA256 under keys derived from the service secret, one for each kind. Signed because
 * (id, retryCount) alone can be guessed by another worker; symmetric because it costs a hundredth of a JWT. What was
 * sealed before a rotation opens for as long as the previous secret holds.
 */
export function createSealer(secrets: Secrets, now: () => number = Date.now): Sealer {
  const keys = {
    lease: keysFor(secrets, 'lease'),
    attempt: keysFor(secrets, 'attempt'),
  };
  return {
    seal(kind, ref) {
      const { queue, jobId, retryCount, workerId, attempt, claimedAtMs, name, loopKey } = ref;
      const body = Buffer.from(
        JSON.stringify([
          queue,
          jobId,
          retryCount,
          workerId,
          attempt,
          claimedAtMs,
          name,
          ...(loopKey === undefined ? [] : [loopKey]),
        ]),
      ).toString('base64url');
      return `${PREFIX[kind]}${body}.${mac(keys[kind].current, body).toString('base64url')}`;
    },
    open(kind, sealed) {
      if (!sealed.startsWith(PREFIX[kind])) return undefined;
      const [body, signature, ...rest] = sealed.slice(PREFIX[kind].length).split('.');
      if (body === undefined || signature === undefined || rest.length > 0) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const { current, previous } = keys[kind];
      const opens = (key: KeyObject) => given.length === MAC_BYTES && timingSafeEqual(given, mac(key, body));
      const genuine = opens(current) || (previous !== undefined && previousHolds(secrets, now()) && opens(previous));
      return genuine ? refOf(body) : undefined;
    },
  };
}

function keysFor({ current, previous }: Secrets, kind: SealKind) {
  // A key object, because with plain bytes every MAC would spend most of its time on making one.
  const derive = (secret: string) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'powernode', kind, 32)));
  return { current: derive(current), previous: previous === undefined ? undefined : derive(previous) };
}

function mac(key: KeyObject, body: string): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);
}

function refOf(body: string): AttemptRef | undefined {
  const parsed = fields.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
  if (!parsed.success) return undefined;
  const [queue, jobId, retryCount, workerId, attempt, claimedAtMs, name, loopKey] = parsed.data;
  const ref = { queue, jobId, retryCount, workerId, attempt, claimedAtMs, name };
  return loopKey === undefined ? ref : { ...ref, loopKey };
}
