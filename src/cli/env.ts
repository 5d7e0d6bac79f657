import { z } from 'zod';
import { parseEnv } from '../process/env.ts';
import { signingKeyFile, type TokenKey } from '../process/signing-key.ts';
import { sharedSecret, someTokenKey, tokenKeyOf } from '../process/token-variables.ts';

const schema = z
  .object({
    WORKER_SERVICE_TOKEN: sharedSecret.optional(),
    SERVICE_TOKEN_PRIVATE_KEY: signingKeyFile.optional(),
    BACKEND_API_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  })
  .refine(...someTokenKey)
  .transform((env) => ({ tokenKey: tokenKeyOf(env) ?? z.NEVER, apiUrl: env.BACKEND_API_URL }));

export type CliEnv = { tokenKey: TokenKey; apiUrl: string };

/** What the commands need to speak to the API; throws EnvFault with every fault at once. */
export function readCliEnv(source: Readonly<Record<string, string | undefined>> = process.env): CliEnv {
  return parseEnv(schema, source);
}
