import type pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { JOB_NAME, QUEUE, type Replica } from '../stage/replica.ts';
import { createAsk, type Answered, type Ask } from '../way/ask.ts';

export type Job = { readonly id: string; readonly lease: string; readonly token: string };

/** The hands of a scenario: they do what they are told and judge nothing, which is the checker's part. */
export type Hand = {
  readonly ask: Ask;
  claim(limit?: number, how?: { claimId?: string; waitSeconds?: number }): Promise<Job[]>;
  /** Asks until there is a job, or gives up after so long. */
  insist(limit: number, withinMs: number): Promise<Job[]>;
  beat(...jobs: readonly (Job | undefined)[]): Promise<Answered>;
  settle(verb: 'complete' | 'fail' | 'release', job: Job | undefined, body?: object): Promise<Answered>;
  mark(job: Job | undefined, value: string): Promise<Answered>;
};

export type Play = {
  readonly replicas: readonly Replica[];
  hand(id: string, url?: string): Promise<Hand>;
  /** Gives the ids; each job has the mark that comes next. */
  enqueue(count: number, fields?: object, key?: string): Promise<string[]>;
  change(what: 'cancel' | 'retry', id: string): Promise<Answered>;
  pause(ms: number): Promise<unknown>;
  readonly leaseMs: number;
  /** Does something while nobody can commit what it would write to this table. */
  whileLocked(table: string, step: () => Promise<void>): Promise<void>;
};

type Setting = {
  readonly url: string;
  readonly replicas: readonly Replica[];
  readonly leaseMs: number;
  withDatabase<T>(step: (db: pg.Client) => Promise<T>): Promise<T>;
};

export function createPlay({ url, replicas, leaseMs, withDatabase }: Setting): Play {
  const producer = createAsk(url, 'producer', 'a-producer');
  const operator = createAsk(url, 'operator', 'an-operator');
  let n = 0;

  return {
    replicas,
    leaseMs,
    pause: (ms) => pause(ms),
    hand: (id, at = url) => createHand(id, at),
    async enqueue(count, fields = {}, key) {
      const bodies = Array.from({ length: count }, () => ({
        name: JOB_NAME,
        queue: QUEUE,
        payload: { n: (n += 1) },
        ...fields,
      }));
      const ids: string[] = [];
      for (const body of bodies) {
        const answer = await producer('POST', '/jobs', { body, ...(key === undefined ? {} : { key }) });
        if (answer.ending === 'ok') ids.push(answer.data.id);
        // The same key names the same request once more.
        if (key !== undefined) await producer('POST', '/jobs', { body, key });
      }
      return ids;
    },
    change: (what, id) => operator('POST', `/jobs/${QUEUE}/${id}/${what}`),
    whileLocked: (table, step) =>
      withDatabase(async (db) => {
        await db.query('BEGIN');
        await db.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
        await step();
        // What still waits for the lock would go on without its client once the lock is gone.
        await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()`);
        await db.query('ROLLBACK');
      }),
  };
}

async function createHand(id: string, url: string): Promise<Hand> {
  const ask = createAsk(url, 'worker', id);
  const me = `/workers/${id}`;
  await ask('POST', '/workers/register', {
    body: { hostname: 'play', pid: 1, version: '1', protocol: 1, queues: [QUEUE], concurrency: 50 },
  });
  const hand: Hand = {
    ask,
    async claim(limit = 1, how = {}) {
      const answer = await ask('POST', `${me}/claim`, { body: { limit, queues: [QUEUE], ...how }, timeoutMs: 15_000 });
      return answer.data?.jobs ?? [];
    },
    async insist(limit, withinMs) {
      const deadline = performance.now() + withinMs;
      const got: Job[] = [];
      while (got.length < limit && performance.now() < deadline) {
        got.push(...(await hand.claim(limit - got.length)));
        await hand.beat(...got);
        await pause(50);
      }
      return got;
    },
    beat: (...jobs) =>
      ask('POST', `${me}/heartbeat`, {
        body: {
          status: 'busy',
          running: jobs.flatMap((job) => (job === undefined ? [] : [{ jobId: job.id, lease: job.lease }])),
        },
      }),
    settle: (verb, job, body = {}) =>
      ask('POST', `${me}/${verb}/${job?.id ?? ''}`, {
        body: {
          lease: job?.lease,
          ...(verb === 'fail' ? { error: { message: 'on purpose', code: 'on_purpose' } } : {}),
          ...body,
        },
      }),
    mark: (job, value) =>
      ask('POST', `/jobs/${job?.id ?? ''}/idempotency/effect-${job?.id ?? ''}`, {
        body: { value: { value } },
        token: job?.token ?? '',
      }),
  };
  return hand;
}
