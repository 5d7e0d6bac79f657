import { z } from 'zod';
import type { Logger } from '../../../process/logger.ts';
import type { Overview } from '../../../contract/operator.ts';
import type { Pool } from '../../db/pool.ts';
import { readOnly } from '../read-only.ts';

export type JobKey = { readonly queue: string; readonly id: string };

export type PulseDeps = {
  readonly pool: Pool;
  readOverview(): Promise<Overview>;
  readonly log: Logger;
};

export type Pulse = {
  /** Calls back when something changed, at most once a second. Gives what ends it. */
  listen(onChange: () => void, job?: JobKey): () => void;
  /** Ends for good. */
  stop(): void;
};

const EVERY_MS = 1_000;

/**
 * Looks once a second whether anything changed that the dashboard shows, for everybody who listens, and not at all
 * while nobody does. What changed is not told: whoever hears of it asks with their own rights.
 */
export function createPulse({ pool, readOverview, log }: PulseDeps): Pulse {
  const listeners = new Map<() => void, JobKey | undefined>();
  let timer: NodeJS.Timeout | undefined;
  let wholeBefore: string | undefined;
  let jobsBefore = new Map<string, string>();

  async function look(): Promise<void> {
    const jobs = [...listeners.values()].filter((job) => job !== undefined);
    const [overview, traces, jobTraces] = await Promise.all([readOverview(), readTraces(pool), readJobs(pool, jobs)]);
    const whole = JSON.stringify([signatureOf(overview), traces]);
    const isChanged = wholeBefore !== undefined && whole !== wholeBefore;
    wholeBefore = whole;
    for (const [onChange, job] of listeners) {
      const key = job === undefined ? undefined : keyOf(job);
      const isJobChanged = key !== undefined && jobsBefore.get(key) !== jobTraces.get(key);
      if (key === undefined ? isChanged : isJobChanged) onChange();
    }
    jobsBefore = jobTraces;
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      look()
        .catch((error: unknown) => log.debug({ err: error }, 'could not look for changes'))
        .finally(() => {
          timer = undefined;
          if (listeners.size > 0) schedule();
        });
    }, EVERY_MS);
  }

  return {
    listen(onChange, job) {
      listeners.set(onChange, job);
      schedule();
      return () => {
        listeners.delete(onChange);
        if (listeners.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
        wholeBefore = undefined;
        jobsBefore = new Map();
      };
    },
    stop() {
      listeners.clear();
      clearTimeout(timer);
    },
  };
}

/** The numbers that pages show, without those that only tell the time. */
function signatureOf({ counts, deadLetters, queues, workers, throughput }: Overview): unknown {
  return [
    counts,
    deadLetters,
    workers,
    queues.map(({ oldestReadySeconds: _, ...queue }) => Object.values(queue)),
    throughput.slice(-2),
  ];
}

const trace = z.object({ trace: z.unknown() });

/** What people and services do beside the jobs: each a lookup at the end of an index, or of a small table. */
async function readTraces(pool: Pool): Promise<unknown> {
  const found = await readOnly(pool, { avoidScans: true }, (client) =>
    client.query(`
      SELECT jsonb_build_array(
        (SELECT max(id) FROM worker_api.audit),
        (SELECT jsonb_agg(jsonb_build_array(id, status, directive, version)) FROM worker_api.worker),
        (SELECT sum(done + skipped) FROM worker_api.bulk_action WHERE state = 'running'),
        (SELECT jsonb_agg(queue) FROM worker_api.paused_queue),
        (SELECT max(fired_at) FROM worker_api.schedule_run),
        (SELECT jsonb_agg(kind || key) FROM (SELECT kind, key FROM worker_api.hold LIMIT 200) AS held)) AS trace`),
  );
  return trace.parse(found.rows[0]).trace;
}

const jobTrace = z.object({ queue: z.string(), id: z.string(), trace: z.unknown() });

async function readJobs(pool: Pool, jobs: readonly JobKey[]): Promise<Map<string, string>> {
  if (jobs.length === 0) return new Map();
  const found = await readOnly(pool, { avoidScans: true }, (client) =>
    client.query(
      `SELECT k.queue, k.id, jsonb_build_array(j.state, j.retry_count, j.priority, p.percent, p.message,
              (SELECT max(sequence) FROM worker_api.job_log l WHERE l.job_id = k.id AND l.retry_count = j.retry_count)) AS trace
         FROM unnest($1::text[], $2::uuid[]) AS k(queue, id)
         LEFT JOIN LATERAL (SELECT state, retry_count, priority FROM pgboss.job
                             WHERE name = k.queue AND id = k.id LIMIT 1) AS j ON true
         LEFT JOIN worker_api.job_progress p ON p.job_id = k.id`,
      [jobs.map(({ queue }) => queue), jobs.map(({ id }) => id)],
    ),
  );
  return new Map(
    found.rows.map((row) => {
      const { queue, id, trace } = jobTrace.parse(row);
      return [keyOf({ queue, id }), JSON.stringify(trace)];
    }),
  );
}

function keyOf({ queue, id }: JobKey): string {
  return `${queue}/${id}`;
}
