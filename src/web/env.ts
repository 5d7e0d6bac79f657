import { hostname } from 'node:os';
import { z } from 'zod';
import { workerId } from '../contract/fields.ts';
import { describeVariables, type VariableReport } from '../process/describe-env.ts';
import { parseEnv } from '../process/env.ts';
import { publicKeySet } from '../process/public-keys.ts';
import { signingKeyFile } from '../process/signing-key.ts';
import { sharedSecret, someTokenKey, tokenKeyOf } from '../process/token-variables.ts';

/** Every variable that the dashboard reads. docs/operations.md and .env.example repeat the list. */
export const webVariables = z.object({
  /** Port of the dashboard and of this process's health. */
  WEB_PORT: z.coerce.number().int().min(0).max(65_535).default(4567),
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /** Where the API is, up to and without /api/v1. */
  BACKEND_API_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  /** The secret that service tokens are signed with; shared with the API. */
  WORKER_SERVICE_TOKEN: sharedSecret.optional(),
  /** A file with an Ed25519 key to sign with instead, whose public half the API knows. */
  SERVICE_TOKEN_PRIVATE_KEY: signingKeyFile.optional(),
  /** Ed25519 public keys whose scrapers and operators may read details of this process. */
  SERVICE_TOKEN_JWKS: publicKeySet.optional(),
  /** Names this process to the API when somebody signs in. */
  WORKER_ID: workerId.default(
    () =>
      `web-${hostname()
        .replace(/[^A-Za-z0-9._:@-]/g, '-')
        .slice(0, 80)}`,
  ),
  /** When set, /metrics wants a scraper token or this value. */
  METRICS_TOKEN: z.string().min(1).optional(),
  /** Cookies for https only. Set it wherever people reach the dashboard over https. */
  WEB_SECURE_COOKIES: z.stringbool().default(false),
  /** Believe X-Forwarded-For and X-Forwarded-Proto: on only behind a proxy of your own that sets them. */
  WEB_TRUST_PROXY: z.stringbool().default(false),
  /** Show everything, change nothing: every form but signing in and out is refused, and actions are hidden. */
  WEB_READ_ONLY: z.stringbool().default(false),
  /** What the dashboard calls this installation, e.g. production; under the name in its corner. */
  ENVIRONMENT_NAME: z.string().max(40).default('development'),
});

const schema = webVariables.refine(...someTokenKey).transform((env) => ({
  port: env.WEB_PORT,
  host: env.HOST,
  backendApiUrl: env.BACKEND_API_URL.replace(/\/+$/, '').replace(/\/api\/v1$/, ''),
  tokenKey: tokenKeyOf(env) ?? z.NEVER,
  trust: {
    secrets: env.WORKER_SERVICE_TOKEN === undefined ? undefined : { current: env.WORKER_SERVICE_TOKEN },
    keys: env.SERVICE_TOKEN_JWKS,
  },
  workerId: env.WORKER_ID,
  metricsToken: env.METRICS_TOKEN,
  secureCookies: env.WEB_SECURE_COOKIES,
  trustProxy: env.WEB_TRUST_PROXY,
  readOnly: env.WEB_READ_ONLY,
  environment: env.WEB_READ_ONLY ? `${env.ENVIRONMENT_NAME}, read-only` : env.ENVIRONMENT_NAME,
}));

export type WebEnv = Readonly<z.infer<typeof schema>>;

/** What is in force and where it comes from, secrets masked. */
export function describeWebEnv(source: Source = process.env): VariableReport[] {
  return describeVariables(webVariables, source);
}

type Source = Readonly<Record<string, string | undefined>>;

/** Throws EnvFault naming every variable at fault. What `more` says counts before the source. */
export function readWebEnv(source: Source = process.env, more: Source = {}): WebEnv {
  return Object.freeze(parseEnv(schema, { ...source, ...more }));
}
