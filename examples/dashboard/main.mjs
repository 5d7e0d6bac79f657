// The dashboard inside somebody's own app, read-only: node examples/dashboard/main.mjs, beside a running API.
import { serve } from '@hono/node-server';
import { createDashboard } from 'powernode-worker/dashboard';
import { createHost } from './host.ts';

const basePath = '/ops/jobs';
const dashboard = createDashboard({ basePath, readOnly: true });
const server = serve(
  { fetch: createHost(dashboard, basePath).fetch, port: Number(process.env.SHOP_PORT ?? 8080) },
  (address) => console.log(`the shop is at http://localhost:${address.port}/, its jobs below ${basePath}`),
);

process.once('SIGTERM', () => {
  server.close();
  void dashboard.close();
});
