import pg from 'pg';
import { hashPassword } from '../../../src/api-bridge/operators/password.ts';
import type { Role } from '../../../src/contract/operator.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createWebService, readWebEnv } from '../../../src/web/index.ts';
import { startApi, type Api } from '../../support/api.ts';

export const PASSWORD = 'a password of the stage';
export const ADMIN = 'admin@example.com';

export type Stage = {
  readonly url: string;
  readonly api: Api;
  sql(text: string, values?: unknown[]): Promise<any[]>;
  addOperator(email: string, role: Role): Promise<void>;
  stop(): Promise<void>;
};

/** The real API in a process of its own, and the real web app before it. */
export async function setStage(env: Record<string, string> = {}, webEnv: Record<string, string> = {}): Promise<Stage> {
  const api = await startApi({ env: { DASHBOARD_EMAIL: ADMIN, DASHBOARD_PASSWORD: PASSWORD, ...env } });
  const web = createWebService({
    env: readWebEnv({
      WEB_PORT: '0',
      BACKEND_API_URL: api.url,
      WORKER_SERVICE_TOKEN: api.secret,
      WORKER_ID: 'web-1',
      ENVIRONMENT_NAME: 'production',
      ...webEnv,
    }),
    log: createLogger({ name: 'web', level: 'silent' }),
  });
  await web.start();
  const pool = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
  return {
    url: `http://127.0.0.1:${web.port()}`,
    api,
    async sql(text, values) {
      return (await pool.query(text, values)).rows;
    },
    async addOperator(email, role) {
      await pool.query(
        'INSERT INTO worker_api.operator (id, email, password_hash, role) VALUES (gen_random_uuid(), $1, $2, $3)',
        [email, await hashPassword(PASSWORD), role],
      );
    },
    async stop() {
      await web.stop();
      await pool.end();
      await api.stop();
    },
  };
}
