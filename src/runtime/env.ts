import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { z } from 'zod';
import { declaredQueue, text, workerId } from '../contract/fields.ts';
import { QUEUES } from '../contract/queues.ts';
import { parseEnv } from '../process/env.ts';
import { signingKeyFile } from '../process/signing-key.ts';
import { sharedSecret, someTokenKey, tokenKeyOf } from '../process/token-variables.ts';
import { refuseDatabaseVariables } from './database-variables.ts';

const MOST_SLOTS = 1000;

/** Every variable that the polling runtime reads. docs/operations.md and .env.example repeat the list. */
export const runtimeVariables = z.object({
  BACKEND_API_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:3000')
    .describe('where the API is, up to and without /api/v1'),
  WORKER_SERVICE_TOKEN: sharedSecret
    .optional()
    .describe('the secret that service tokens are signed with; shared with the API'),
  SERVICE_TOKEN_PRIVATE_KEY: signingKeyFile
    .optional()
    .describe('a file with an Ed25519 key to sign with instead, whose public half the API knows'),
  WORKER_ID: workerId
    .default(defaultWorkerId)
    .describe('names this process to the API; two processes may never share one; made up when unset'),
  WORKER_QUEUES: list(declaredQueue)
    .default(QUEUES.map((queue) => queue.name))
    .describe('queues to claim from, parted by commas; all that are declared when unset'),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(MOST_SLOTS).default(5).describe('jobs that run at once'),
  WORKER_LABELS: list(z.string().regex(/^[^=]{1,64}=.{0,255}$/, 'expected name=value'))
    .default([])
    .describe('what an operator should know of this worker: name=value, parted by commas'),
  DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3600)
    .default(25)
    .describe('how long a stopping worker waits for what runs before it gives it back'),
  WORK_DIR: text(1, 4096).default(tmpdir).describe('where attempts get their temporary folders'),
});

const schema = runtimeVariables.refine(...someTokenKey).transform((env) => ({
  backendApiUrl: env.BACKEND_API_URL.replace(/\/+$/, '').replace(/\/api\/v1$/, ''),
  tokenKey: tokenKeyOf(env) ?? z.NEVER,
  workerId: env.WORKER_ID,
  queues: env.WORKER_QUEUES,
  concurrency: env.WORKER_CONCURRENCY,
  labels: Object.fromEntries(env.WORKER_LABELS.map((label) => splitOnce(label, '='))),
  drainSeconds: env.DRAIN_SECONDS,
  workDir: env.WORK_DIR,
}));

export type RuntimeEnv = Readonly<z.infer<typeof schema>>;

/** Throws DatabaseVariableFault, or EnvFault naming every variable at fault. */
export function readRuntimeEnv(source: Readonly<Record<string, string | undefined>> = process.env): RuntimeEnv {
  refuseDatabaseVariables(source);
  return Object.freeze(parseEnv(schema, source));
}

/** A comma-separated list without repeats, each part checked by `item`. */
function list(item: z.ZodType<string, string>) {
  return z
    .string()
    .transform((value) => [...new Set(value.split(',').map((part) => part.trim()))].filter((part) => part !== ''))
    .pipe(z.array(item).min(1));
}

function defaultWorkerId(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._:@-]/g, '-')
    .slice(0, 80);
  return `${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

function splitOnce(value: string, separator: string): readonly [string, string] {
  const at = value.indexOf(separator);
  return [value.slice(0, at).trim(), value.slice(at + 1).trim()];
}
