import { z } from 'zod';
import { circuitReport, type CircuitReport } from '../../contract/circuits.ts';
import type { Directive, Heartbeat, Registration, Usage, WorkerStatus, WorkerView } from '../../contract/worker.ts';
import { directive as directiveSchema, usage, workerStatus } from '../../contract/worker.ts';
import type { Pool } from '../db/pool.ts';

const row = z.object({
  id: z.string(),
  hostname: z.string(),
  pid: z.number(),
  version: z.string(),
  queues: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  concurrency: z.number(),
  status: workerStatus,
  directive: directiveSchema,
  running: z.array(
    z.object({
      jobId: z.string(),
      queue: z.string(),
      name: z.string(),
      retryCount: z.number(),
      percent: z.number().optional(),
    }),
  ),
  usage: usage.partial(),
  circuits: z.array(circuitReport),
  registered_at: z.date(),
  last_seen_at: z.date(),
});
type Row = z.infer<typeof row>;

export type RunningNow = Row['running'][number];
export type KnownWorker = {
  readonly queues: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  directive: Directive;
};

type Seen = {
  readonly status: Heartbeat['status'];
  readonly running: readonly RunningNow[];
  readonly usage: Partial<Usage>;
  readonly circuits: readonly CircuitReport[];
};

export type WorkerRegistry = ReturnType<typeof createWorkerRegistry>;

/** Who works. Reads of a known worker come from memory; heartbeats gather there and are written in bulk by `flush`. */
export function createWorkerRegistry(pool: Pool) {
  const known = new Map<string, KnownWorker>();
  let seen = new Map<string, Seen>();
  let flushing = new Map<string, Seen>();

  /** What was heard but is not written yet counts more than the row. */
  function overlay(worker: Row): WorkerView {
    const beat = seen.get(worker.id) ?? flushing.get(worker.id);
    if (beat === undefined) return toView(worker);
    const status = worker.directive === 'continue' ? beat.status : 'draining';
    return toView({
      ...worker,
      ...beat,
      status,
      running: [...beat.running],
      circuits: [...beat.circuits],
      last_seen_at: new Date(),
    });
  }

  async function find(id: string): Promise<KnownWorker | undefined> {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const found = await pool.query('SELECT * FROM worker_api.worker WHERE id = $1', [id]);
    if (found.rows.length === 0) return undefined;
    const { queues, labels, directive } = row.parse(found.rows[0]);
    const worker = { queues, labels, directive };
    known.set(id, worker);
    return worker;
  }

  return {
    find,
    /** What is remembered of a worker may be old: it is read anew. */
    forget(id: string): void {
      known.delete(id);
    },
    /** Registering again starts anew: idle, and any drain is over. */
    async register(id: string, registration: Registration): Promise<WorkerView> {
      const { hostname, pid, version, queues, labels, concurrency } = registration;
      const written = await pool.query(
        `INSERT INTO worker_api.worker (id, hostname, pid, version, queues, labels, concurrency, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'idle')
         ON CONFLICT (id) DO UPDATE SET hostname = $2, pid = $3, version = $4, queues = $5, labels = $6, concurrency = $7,
           status = 'idle', directive = 'continue', running = '[]', usage = '{}', circuits = '[]', registered_at = now(), last_seen_at = now()
         RETURNING *`,
        [id, hostname, pid, version, queues, JSON.stringify(labels ?? {}), concurrency],
      );
      known.set(id, { queues, labels: labels ?? {}, directive: 'continue' });
      seen.delete(id);
      return toView(row.parse(written.rows[0]));
    },
    seen(id: string, beat: Seen): void {
      seen.set(id, beat);
    },
    /** Writes what was heard since the last flush in one statement. Gives the workers that leave or drain, and forgets deleted ones. */
    async flush(): Promise<readonly string[]> {
      if (seen.size === 0 || flushing.size > 0) return [];
      // Taken before asking: whoever registers or is directed meanwhile gets a new entry, which this answer is too old for.
      const before = new Map(known);
      flushing = seen;
      seen = new Map();
      try {
        const written = await writeBeats(pool, flushing);
        for (const id of flushing.keys()) {
          const directive = written.get(id);
          const worker = known.get(id);
          if (worker === undefined || worker !== before.get(id)) continue;
          if (directive === undefined) known.delete(id);
          else worker.directive = directive;
        }
        return [...written].filter(([, directive]) => directive !== 'continue').map(([id]) => id);
      } catch (error) {
        seen = new Map([...flushing, ...seen]);
        throw error;
      } finally {
        flushing = new Map();
      }
    },
    async direct(id: string, directive: Directive): Promise<WorkerView | undefined> {
      const written = await pool.query(
        `UPDATE worker_api.worker SET directive = $2, status = CASE WHEN status = 'offline' THEN status ELSE 'draining' END
          WHERE id = $1 RETURNING *`,
        [id, directive],
      );
      if (written.rows.length === 0) return undefined;
      const worker = row.parse(written.rows[0]);
      known.set(id, { queues: worker.queues, labels: worker.labels, directive });
      return toView(worker);
    },
    /** Takes the worker out, and gives what it last said it ran; undefined when it is not there. */
    async remove(id: string): Promise<readonly RunningNow[] | undefined> {
      known.delete(id);
      seen.delete(id);
      const removed = await pool.query('DELETE FROM worker_api.worker WHERE id = $1 RETURNING *', [id]);
      return removed.rows.length === 0 ? undefined : row.parse(removed.rows[0]).running;
    },
    async read(id: string): Promise<WorkerView | undefined> {
      const found = await pool.query('SELECT * FROM worker_api.worker WHERE id = $1', [id]);
      return found.rows.length === 0 ? undefined : overlay(row.parse(found.rows[0]));
    },
    async list(): Promise<WorkerView[]> {
      const found = await pool.query(
        `SELECT * FROM worker_api.worker
          ORDER BY array_position(ARRAY['busy', 'draining', 'idle', 'offline'], status), last_seen_at DESC LIMIT 1000`,
      );
      return z.array(row).parse(found.rows).map(overlay);
    },
    /** Marks silent workers offline, and forgets those that have been for a day. */
    async reap(offlineSeconds: number): Promise<readonly string[]> {
      const reaped = await pool.query<{ id: string }>(
        `UPDATE worker_api.worker SET status = 'offline', running = '[]'
          WHERE status <> 'offline' AND last_seen_at < now() - $1::float8 * interval '1 second' RETURNING id`,
        [offlineSeconds],
      );
      await pool.query(`DELETE FROM worker_api.worker WHERE last_seen_at < now() - interval '1 day'`);
      return reaped.rows.map((each) => each.id);
    },
  };
}

async function writeBeats(pool: Pool, beats: ReadonlyMap<string, Seen>): Promise<ReadonlyMap<string, Directive>> {
  const written = await pool.query<{ id: string; directive: Directive }>(
    `UPDATE worker_api.worker w
        SET status = CASE WHEN w.directive = 'continue' THEN beat.status ELSE 'draining' END,
            running = beat.running, usage = beat.usage, circuits = beat.circuits, last_seen_at = now()
       FROM jsonb_to_recordset($1::jsonb) AS beat (id text, status text, running jsonb, usage jsonb, circuits jsonb)
      WHERE w.id = beat.id
      RETURNING w.id, w.directive`,
    [JSON.stringify([...beats].map(([id, beat]) => ({ id, ...beat })))],
  );
  return new Map(written.rows.map((each) => [each.id, each.directive]));
}

function toView(worker: Row): WorkerView {
  const { registered_at: registeredAt, last_seen_at: lastSeenAt, running, ...rest } = worker;
  const status: WorkerStatus = worker.status;
  return {
    ...rest,
    status,
    running: running.map(({ retryCount: _, ...each }) => each),
    registeredAt: registeredAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
  };
}
