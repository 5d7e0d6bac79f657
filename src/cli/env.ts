import { z } from 'zod';
import { LIMITS } from '../contract/limits.ts';
import { parseEnv } from '../process/env.ts';

const schema = z.object({
  WORKER_SERVICE_TOKEN: z
    .string('expected the secret that is shared with the API, got nothing')
    .refine((secret) => Buffer.byteLength(secret) >= LIMITS.secretBytes, {
      error: `expected at least ${LIMITS.secretBytes} bytes, got fewer`,
    }),
  BACKEND_API_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
});

export type CliEnv = { secret: string; apiUrl: string };

/** What the commands need to speak to the API; throws EnvFault with every fault at once. */
export function readCliEnv(source: Readonly<Record<string, string | undefined>> = process.env): CliEnv {
  const env = parseEnv(schema, source);
  return { secret: env.WORKER_SERVICE_TOKEN, apiUrl: env.BACKEND_API_URL };
}
