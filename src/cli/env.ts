import { z } from 'zod';
import { parseEnv } from '../process/env.ts';
import { signingKeyFile, type TokenKey } from '../process/signing-key.ts';
import { sharedSecret, someTokenKey, tokenKeyOf } from '../process/token-variables.ts';

const schema = z
  .object({
    WORKER_SERVICE_TOKEN: sharedSecret.optional(),
    SERVICE_TOKEN_PRIVATE_KEY: signingKeyFile.optional(),
    BACKEND_API_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** Where an API on this machine listens, as it reads it itself. */
    PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  })
  .refine(...someTokenKey)
  .transform((env) => ({
    tokenKey: tokenKeyOf(env) ?? z.NEVER,
    apiUrl: env.BACKEND_API_URL ?? `http://localhost:${env.PORT}`,
  }));

export type CliEnv = { tokenKey: TokenKey; apiUrl: string };

/** What the commands need to speak to the API; throws EnvFault with every fault at once. */
export function readCliEnv(source: Readonly<Record<string, string | undefined>> = process.env): CliEnv {
  return parseEnv(schema, source);
}
