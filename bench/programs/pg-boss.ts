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
let told = false;
// Burst fetches at once while more than this many are ready; the other trigger needs batches.
const options = { localConcurrency: 32, batchSize: 1, pollingIntervalSeconds: 0.5, burstWhenReadyExceeds: 1 };
await boss.work('default', options, async () => {
  if (!told) process.stdout.write('first\n');
  told = true;
});
process.once('SIGTERM', () => process.exit(0));
