import { findRunningPostgres } from '../../src/api-bridge/embedded/find-running.ts';

export type ShopEnv = {
  databaseUrl: string;
  apiUrl: string;
  serviceToken: string;
  /** How long the shop waits for a worker before it gives up. */
  deadlineSeconds: number;
};

/** A backend of yours has its DATABASE_URL. Without one, this example joins the embedded PostgreSQL that `npm start` runs. */
export async function readShopEnv(): Promise<ShopEnv> {
  const {
    DATABASE_URL,
    DATA_DIR = '.data',
    BACKEND_API_URL,
    PORT = '3000',
    WORKER_SERVICE_TOKEN,
    SHOP_DEADLINE_SECONDS,
  } = process.env;
  const databaseUrl = DATABASE_URL || (await findRunningPostgres(`${DATA_DIR}/postgres`));
  if (databaseUrl === undefined)
    throw new Error(`expected DATABASE_URL, or a running \`npm start\` over ${DATA_DIR}, got neither`);
  if (!WORKER_SERVICE_TOKEN)
    throw new Error('expected WORKER_SERVICE_TOKEN, got nothing: start this with `npm run example:backend`');
  return {
    databaseUrl,
    apiUrl: BACKEND_API_URL || `http://127.0.0.1:${PORT}`,
    serviceToken: WORKER_SERVICE_TOKEN,
    deadlineSeconds: Number(SHOP_DEADLINE_SECONDS || 60),
  };
}
