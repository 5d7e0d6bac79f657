import { z } from 'zod';
import { LIMITS } from '../contract/limits.ts';
import type { Ed25519Key, TokenKey } from './signing-key.ts';

/** A shared secret that is long enough. Each room's env.ts says whether it must be there. */
export const sharedSecret = z.string().refine((secret) => Buffer.byteLength(secret) >= LIMITS.secretBytes, {
  error: `expected at least ${LIMITS.secretBytes} bytes, got fewer`,
});

type KeyVariables = {
  readonly WORKER_SERVICE_TOKEN?: string | undefined;
  readonly SERVICE_TOKEN_PRIVATE_KEY?: Ed25519Key | undefined;
};

/** A process that speaks to the API has one of the two; told beside every other fault of the environment. */
export const someTokenKey: [
  check: (variables: KeyVariables) => boolean,
  options: { path: string[]; error: string; when: () => boolean },
] = [
  (variables) => tokenKeyOf(variables) !== undefined,
  {
    path: ['WORKER_SERVICE_TOKEN'],
    error: 'expected the secret that is shared with the API, or a SERVICE_TOKEN_PRIVATE_KEY, got nothing',
    when: () => true,
  },
];

/** A key of one's own wins over the shared secret: whoever gave both wants the stronger one. */
export function tokenKeyOf(variables: KeyVariables): TokenKey | undefined {
  return variables.SERVICE_TOKEN_PRIVATE_KEY ?? variables.WORKER_SERVICE_TOKEN;
}
