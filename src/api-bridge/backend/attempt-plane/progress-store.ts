import type { Progress } from '../../../contract/worker.ts';
import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import { sleep } from '../../../process/sleep.ts';
import type { AttemptRef } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';

const FLUSH_MS = 1_000;
const CHUNK = 1_000;

type Ref = Pick<AttemptRef, 'queue' | 'jobId' | 'retryCount'>;
type Said = { readonly ref: Ref; readonly progress: Progress; readonly at: Date };

export type ProgressStore = Service & {
  /** Takes what an attempt says, at once and in memory. What an earlier attempt of the job says late is dropped. */
  set(ref: Ref, progress: Progress): void;
  /** The latest word of one attempt, written or not; what an earlier attempt said is not how far this one is. */
  latest(jobId: string, retryCount: number): Promise<Progress | undefined>;
  /** Writes what is new. What cannot be written stays for the next time, unless something newer was said. */
  flush(): Promise<void>;
};

/**
 * How far running jobs are. Thousands of them report every few seconds, so their words are gathered in memory and
 * written in bulk about once a second; a crash loses at most that second. Nothing that was written stays in memory.
 */
export function createProgressStore(pool: Pool, log: Logger): ProgressStore {
  const unwritten = new Map<string, Said>();
  const stopping = new AbortController();
  let flushing: Promise<void> | undefined;
  let loop: Promise<void> | undefined;

  function keep(said: Said): void {
    const known = unwritten.get(said.ref.jobId);
    if (known === undefined || isLater(said, known)) unwritten.set(said.ref.jobId, said);
  }

  async function writeAll(): Promise<void> {
    const taken = [...unwritten.values()];
    for (let first = 0; first < taken.length; first += CHUNK) {
      const chunk = taken.slice(first, first + CHUNK);
      await write(pool, chunk);
      for (const said of chunk) if (unwritten.get(said.ref.jobId) === said) unwritten.delete(said.ref.jobId);
    }
  }

  async function flush(): Promise<void> {
    // One flush at a time: a second one would write the same rows in another order, and the two could deadlock.
    flushing ??= writeAll().finally(() => (flushing = undefined));
    await flushing;
  }

  async function flushForEver(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(FLUSH_MS, stopping.signal);
      try {
        await flush();
      } catch (error) {
        log.debug({ err: error }, 'progress could not be written yet');
      }
    }
  }

  return {
    name: 'progress-store',
    async start() {
      loop ??= flushForEver();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
    set: (ref, progress) => keep({ ref, progress, at: new Date() }),
    async latest(jobId, retryCount) {
      const unwrittenYet = unwritten.get(jobId);
      if (unwrittenYet?.ref.retryCount === retryCount) return unwrittenYet.progress;
      const found = await pool.query<{ percent: number; message: string | null }>(
        'SELECT percent, message FROM worker_api.job_progress WHERE job_id = $1 AND retry_count = $2',
        [jobId, retryCount],
      );
      const [row] = found.rows;
      if (row === undefined) return undefined;
      return { percent: row.percent, ...(row.message === null ? {} : { message: row.message }) };
    },
    flush,
  };
}

function isLater(said: Said, known: Said): boolean {
  return said.ref.retryCount >= known.ref.retryCount;
}

/** In the order of the ids, so that two replicas that write the same jobs cannot deadlock. */
async function write(pool: Pool, chunk: readonly Said[]): Promise<void> {
  const ordered = chunk.toSorted((a, b) => (a.ref.jobId < b.ref.jobId ? -1 : 1));
  await pool.query(
    `INSERT INTO worker_api.job_progress AS known (job_id, queue, retry_count, percent, message, updated_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::float8[], $5::text[], $6::timestamptz[])
     ON CONFLICT (job_id) DO UPDATE SET retry_count = excluded.retry_count, percent = excluded.percent,
       message = excluded.message, updated_at = excluded.updated_at
     WHERE known.retry_count <= excluded.retry_count`,
    [
      ordered.map(({ ref }) => ref.jobId),
      ordered.map(({ ref }) => ref.queue),
      ordered.map(({ ref }) => ref.retryCount),
      ordered.map(({ progress }) => progress.percent),
      ordered.map(({ progress }) => progress.message ?? null),
      ordered.map(({ at }) => at),
    ],
  );
}
