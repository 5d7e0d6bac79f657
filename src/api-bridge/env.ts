import { z } from 'zod';
import { LIMITS } from '../contract/limits.ts';
import { describeVariables, type VariableReport } from '../process/describe-env.ts';
import { parseEnv } from '../process/env.ts';
import { publicKeySet } from '../process/public-keys.ts';
import { sharedSecret } from '../process/token-variables.ts';

const seconds = (least: number, most: number) => z.coerce.number().min(least).max(most);
const flag = z.stringbool();

/** Every variable that the api process reads. docs/operations.md and .env.example repeat the list, and a test compares them. */
export const apiEnv = z.object({
  NODE_ENV: z.string().default('development').describe('production turns off what only helps during development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('port of the bridge'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  DATABASE_URL: z
    .string()
    .startsWith('postgres')
    .optional()
    .describe('PostgreSQL; unset: an embedded one below DATA_DIR'),
  DATABASE_POOL: z.coerce.number().int().min(4).max(500).default(20).describe('connections of this process'),
  DATA_DIR: z.string().default('.data').describe('stored files, the embedded PostgreSQL, generated secrets'),
  WORKER_SERVICE_TOKEN: sharedSecret
    .optional()
    .describe('signs service tokens; unset in development: generated below DATA_DIR'),
  WORKER_SERVICE_TOKEN_PREVIOUS: sharedSecret
    .optional()
    .describe('the secret before the last rotation, while it is still valid'),
  WORKER_SERVICE_TOKEN_ROTATED_AT: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-01-31T12:00:00Z' })
    .transform((text) => new Date(text))
    .optional()
    .describe('when the secret was rotated; the previous one is refused 24 h later'),
  SERVICE_TOKEN_JWKS: publicKeySet
    .optional()
    .describe('Ed25519 public keys whose tokens are accepted: a JWKS, or a file with one'),
  AUTO_MIGRATE: flag.optional().describe('migrate at start; on unless NODE_ENV is production'),
  HEARTBEAT_SECONDS: seconds(0.1, 60).default(4).describe('how often workers report'),
  LEASE_SECONDS: seconds(0.5, 600).default(12).describe('how long a silent worker keeps its jobs'),
  CONFIRM_SECONDS: seconds(0.2, 60).default(5).describe('how long a claim may stay unconfirmed'),
  OFFLINE_SECONDS: seconds(1, 3600)
    .default(LIMITS.workerOfflineSeconds)
    .describe('silence after which a worker is shown offline'),
  CLAIM_WAIT_SECONDS: seconds(0, LIMITS.claimWaitSeconds)
    .default(25)
    .describe('the long poll that workers are told to use'),
  UPLOAD_LIMIT_BYTES: z.coerce.number().int().min(1).default(LIMITS.uploadBytes).describe('largest upload'),
  WORKER_JOBS: z
    .string()
    .optional()
    .describe("a module or folder with the user's own jobs, whose declarations the API accepts"),
  SCHEDULES_ENABLED: flag
    .default(false)
    .describe('whether declared schedules run; otherwise they are paused until a person resumes them'),
  RUNAWAY_GUARD: z
    .enum(['off', 'declared', 'all'])
    .default('all')
    .describe('whose loops are stopped: nobody’s, of jobs whose definitions say runaway, or of all that do not say no'),
  METRICS_TOKEN: z.string().min(1).optional().describe('when set, /metrics wants a scraper token or this value'),
  DASHBOARD_EMAIL: z.string().optional().describe('the first admin, made when there is no operator'),
  DASHBOARD_PASSWORD: z.string().min(8).optional().describe('its password'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an OpenID Connect provider that people may sign in through'),
  OIDC_CLIENT_ID: z.string().optional().describe('who we are to it'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('proves it; known to the API alone'),
  OIDC_CLIENT_AUTH: z.enum(['basic', 'post']).default('basic').describe('how the secret is sent to its token endpoint'),
  OIDC_REDIRECT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("the dashboard's address and /signin/callback, as registered there"),
  OIDC_LABEL: z.string().max(60).default('Single sign-on').describe('what the button says'),
  OIDC_SCOPE: z.string().default('openid email profile').describe('the scopes to ask for'),
  OIDC_ROLE_CLAIM: z.string().default('groups').describe('the claim that roles come from'),
  OIDC_ROLES: z
    .string()
    .default('powernode-admins=admin+payloads,powernode-operators=operator,powernode-viewers=viewer')
    .describe('which of its values gives which role, with +payloads the right to see them; * is everybody'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('least level logged'),
});
export type ApiEnv = z.infer<typeof apiEnv>;

type Source = Readonly<Record<string, string | undefined>>;

/** What is in force and where it comes from, secrets masked; `kept` is the secret of the data folder. */
export function describeApiEnv(kept: string, source: Source = process.env): VariableReport[] {
  return describeVariables(apiEnv, source, { WORKER_SERVICE_TOKEN: kept });
}

/** Parses the process's environment; throws EnvFault with every fault at once. */
export function readApiEnv(source: Source = process.env): ApiEnv {
  return parseEnv(apiEnv, source);
}
