import type { PgBoss } from 'pg-boss';

/** What every copied job says of itself, as SQL over the template row `t` and its number `n`. */
export type Copies = { readonly queue: string; readonly jobs: number; readonly finished?: boolean };

/**
 * Fills a queue by copying one job inside PostgreSQL, in steps: a million rows in seconds. Finished ones look as if they
 * had been completed a minute ago.
 */
export async function copyJobs(boss: PgBoss, { queue, jobs, finished = false }: Copies): Promise<void> {
  const db = boss.getDb();
  const id = await boss.send(queue, { name: 'bench.noop', payload: { n: 0 } });
  const { rows } = await db.executeSql(
    `SELECT string_agg(quote_ident(attname), ', ') AS names FROM pg_attribute
      WHERE attrelid = 'pgboss.job_common'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        AND attname NOT IN ('id', 'state', 'started_on', 'completed_on', 'created_on')`,
  );
  const names: string = rows[0].names;
  const times = finished
    ? `'completed', now() - interval '2 minutes', now() - interval '1 minute'`
    : `'created', NULL, NULL`;
  for (let done = 0; done < jobs; done += 100_000) {
    await db.executeSql(
      `INSERT INTO pgboss.job_common (${names}, state, started_on, completed_on, created_on)
       SELECT ${names.replaceAll(/(^|, )/g, '$1t.')}, ${times}, clock_timestamp()
         FROM pgboss.job_common t, generate_series(1, $2::int) WHERE t.id = $1`,
      [id, Math.min(100_000, jobs - done)],
    );
  }
  await boss.deleteJob(queue, id ?? '');
}
