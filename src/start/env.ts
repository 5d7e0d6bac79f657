import { resolve } from 'node:path';
import { z } from 'zod';
import { parseEnv } from '../process/env.ts';

const port = z.coerce.number('expected a port number').int().min(1).max(65_535);

const schema = z.object({
  HOST: z.string().default('127.0.0.1').describe('Where both processes listen.'),
  PORT: port.default(3000).describe('Where the API listens.'),
  WEB_PORT: port.default(4567).describe('Where the dashboard listens.'),
  DATA_DIR: z.string().default('.data').describe('Holds the database, the stored files, the secrets and the logs.'),
  WORKER_SERVICE_TOKEN: z.string('expected the secret that signs service tokens, got nothing').min(32),
  DASHBOARD_EMAIL: z.string().default('admin@powernode.local'),
  DASHBOARD_PASSWORD: z.string('expected the password of the first sign-in, got nothing').min(1),
  START_TIMEOUT_SECONDS: z.coerce.number().positive().default(120),
});

export type StartSettings = {
  apiUrl: string;
  webUrl: string;
  apiPort: number;
  webPort: number;
  dataDir: string;
  serviceToken: string;
  email: string;
  password: string;
  startTimeoutMs: number;
  apiEnvironment: Environment;
  workerEnvironment: Environment;
};

export type Environment = Record<string, string>;

/** What a worker must not even see: the ways to the database, and the person's sign-in. */
const HIDDEN_NAMES = /^PG[A-Z]|DATABASE_URL$|POSTGRES|^DASHBOARD_|^DATA_DIR$/i;
const HIDDEN_VALUES = /^\s*postgres(?:ql)?:\/\//i;

/** Parses the environment of `npm start` and composes those of the two processes; throws EnvFault with every fault. */
export function readStartEnv(source: Readonly<Record<string, string | undefined>> = process.env): StartSettings {
  const parsed = parseEnv(schema, source);
  const inherited = Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const dataDir = resolve(parsed.DATA_DIR);
  // Listening everywhere includes the loopback; listening on one address means that one.
  const host = ['0.0.0.0', '::', ''].includes(parsed.HOST) ? '127.0.0.1' : parsed.HOST;
  const apiUrl = `http://${host}:${parsed.PORT}`;
  const shared = { WORKER_SERVICE_TOKEN: parsed.WORKER_SERVICE_TOKEN };
  const own = { PORT: String(parsed.PORT), DATA_DIR: dataDir };
  const signIn = { DASHBOARD_EMAIL: parsed.DASHBOARD_EMAIL, DASHBOARD_PASSWORD: parsed.DASHBOARD_PASSWORD };
  const visible = Object.fromEntries(
    Object.entries(inherited).filter(([name, value]) => !HIDDEN_NAMES.test(name) && !HIDDEN_VALUES.test(value)),
  );
  return {
    apiUrl,
    webUrl: `http://${host}:${parsed.WEB_PORT}`,
    apiPort: parsed.PORT,
    webPort: parsed.WEB_PORT,
    dataDir,
    serviceToken: parsed.WORKER_SERVICE_TOKEN,
    email: parsed.DASHBOARD_EMAIL,
    password: parsed.DASHBOARD_PASSWORD,
    startTimeoutMs: parsed.START_TIMEOUT_SECONDS * 1000,
    apiEnvironment: { ...inherited, ...shared, ...own, ...signIn },
    workerEnvironment: { ...visible, ...shared, BACKEND_API_URL: apiUrl, WEB_PORT: String(parsed.WEB_PORT) },
  };
}
