import { PgBoss } from 'pg-boss';

/** A pg-boss instance without timers of its own, over its own small pool. */
export async function openBoss(databaseUrl: string, connections = 16): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: connections,
    migrate: false,
    supervise: false,
    schedule: false,
  });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  return boss;
}

/** Puts so many jobs of the form that both sides understand into a queue. */
export async function fill(boss: PgBoss, queue: string, jobs: number): Promise<void> {
  for (let done = 0; done < jobs; done += 1000) {
    const count = Math.min(1000, jobs - done);
    const rows = Array.from({ length: count }, (_, n) => ({ data: { name: 'bench.noop', payload: { n: done + n } } }));
    await boss.insert(queue, rows);
  }
}

/** Leaves nothing of a round behind, so that each starts from the same table. */
export async function empty(boss: PgBoss): Promise<void> {
  const db = boss.getDb();
  await db.executeSql('TRUNCATE pgboss.job_common, worker_api.attempt, worker_api.claim');
  await db.executeSql('ANALYZE pgboss.job_common');
}

/** Runs `parallel` loops until each finds nothing; gives jobs a second. */
export async function drainRate(parallel: number, step: () => Promise<number>): Promise<number> {
  let done = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let got = await step(); got > 0; got = await step()) done += got;
    }),
  );
  return (done * 1000) / (performance.now() - startedAt);
}
