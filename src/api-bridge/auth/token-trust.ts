import { ROTATION_GRACE_MS, type Secrets } from '../../process/token-secrets.ts';
import type { PublicKey } from '../../process/public-keys.ts';
import type { Logger } from '../../process/logger.ts';
import type { ApiEnv } from '../env.ts';

/** Whose tokens this API believes, from its environment; says what of a rotation was left undone. */
export function readTokenTrust(
  env: ApiEnv,
  current: string,
  log: Logger,
  now: () => number = Date.now,
): { readonly secrets: Secrets; readonly keys: readonly PublicKey[] } {
  const { WORKER_SERVICE_TOKEN_PREVIOUS: previous, WORKER_SERVICE_TOKEN_ROTATED_AT: rotatedAt } = env;
  const keys = env.SERVICE_TOKEN_JWKS ?? [];
  if (previous === undefined) return { secrets: { current }, keys };
  if (rotatedAt === undefined) {
    log.warn(
      'WORKER_SERVICE_TOKEN_PREVIOUS is accepted for as long as it is set: give WORKER_SERVICE_TOKEN_ROTATED_AT to end it after 24 h',
    );
    return { secrets: { current, previous }, keys };
  }
  const previousUntil = new Date(rotatedAt.getTime() + ROTATION_GRACE_MS);
  if (previousUntil.getTime() <= now()) {
    log.warn({ until: previousUntil.toISOString() }, 'WORKER_SERVICE_TOKEN_PREVIOUS is refused by now: take it away');
  } else log.info({ until: previousUntil.toISOString() }, 'the secret before the rotation is accepted for a while');
  return { secrets: { current, previous, previousUntil }, keys };
}
