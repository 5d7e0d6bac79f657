import { PgBoss } from 'pg-boss';

// One process with pg-boss's own worker: 32 at once, burst polling, a settle for each job.
const boss = new PgBoss({
  connectionString: process.argv[2] ?? '',
  max: 16,
  migrate: false,
  supervise: false,
  schedule: false,
});
boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
await boss.start();
const options = { localConcurrency: 32, batchSize: 1, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
await boss.work('default', options, async () => undefined);
process.once('SIGTERM', () => void boss.stop({ graceful: false }).then(() => process.exit(0)));
