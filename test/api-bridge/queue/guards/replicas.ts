import { z } from 'zod';
import { createPool, type Pool } from '../../../../src/api-bridge/db/pool.ts';
import { migrate } from '../../../../src/api-bridge/migrate.ts';
import type { Claimed } from '../../../../src/api-bridge/queue/claimed-row.ts';
import { createEngine, type Engine } from '../../../../src/api-bridge/queue/engine.ts';
import { newJobId } from '../../../../src/api-bridge/queue/new-job.ts';
import { declareJob, type JobDeclaration } from '../../../../src/contract/catalogue/declare-job.ts';
import type { RunawayMode } from '../../../../src/contract/catalogue/runaway.ts';
import { createCatalogue } from '../../../../src/contract/catalogue/index.ts';
import { createLifecycle } from '../../../../src/process/lifecycle.ts';
import { createLogger } from '../../../../src/process/logger.ts';
import { createDatabase } from '../../../support/postgres.ts';

export type Terms = Partial<Omit<JobDeclaration, 'name' | 'payload'>>;

/** A job of queue `default` that takes any payload. */
export const job = (name: string, terms: Terms = {}) =>
  declareJob({ name, queue: 'default', payload: z.looseObject({}), ...terms });

export type Enqueue = { payload?: unknown; queue?: string; priority?: number; group?: string };

/** Queue engines of several api replicas over one real database; nothing but the HTTP before them is left out. */
export async function openReplicas(
  count: number,
  jobs: readonly JobDeclaration[],
  options: { confirmSeconds?: number; runawayGuard?: RunawayMode } = {},
) {
  const log = createLogger({ name: 'test', level: 'silent' });
  const database = await createDatabase();
  const pool: Pool = createPool({ url: database.url, max: 20, applicationName: 'test' }, log);
  await migrate(pool, log);
  const catalogue = createCatalogue(jobs);
  const hooks = { names: new Set<string>(), ended: async () => undefined, revived: async () => undefined };
  const started = await Promise.all(Array.from({ length: count }, start));

  async function start() {
    const engine = createEngine({
      databaseUrl: database.url,
      pool,
      hooks,
      catalogue,
      leaseSeconds: 12,
      confirmSeconds: options.confirmSeconds ?? 60,
      runawayGuard: options.runawayGuard ?? 'all',
      log,
    });
    const lifecycle = createLifecycle(engine.services, log);
    await lifecycle.start();
    return { engine, lifecycle };
  }

  return {
    pool,
    engines: started.map(({ engine }) => engine),
    /** One more replica, e.g. in place of one that died. */
    async add(): Promise<Engine> {
      const more = await start();
      started.push(more);
      return more.engine;
    },
    async enqueue(name: string, each: readonly Enqueue[] = [{}]): Promise<string[]> {
      const declaration = catalogue.find(name) ?? job(name);
      const [first] = started;
      if (first === undefined) throw new Error('expected a replica');
      return await first.engine.enqueue.many(
        each.map(({ payload = {}, queue = declaration.queue, ...terms }) => ({
          id: newJobId(),
          queue,
          declaration,
          envelope: { name, payload },
          ...terms,
        })),
      );
    },
    async stop(): Promise<void> {
      for (const { lifecycle } of started) await lifecycle.stop();
      await pool.end();
      await database.drop();
    },
  };
}

export type Ask = {
  worker?: string;
  labels?: Record<string, string>;
  limit?: number;
  queues?: string[];
  waitMs?: number;
};

/** One claim, received whole. */
export async function claim(engine: Engine, ask: Ask = {}): Promise<readonly Claimed[]> {
  const { worker = 'w1', labels = {}, limit = 1, queues = ['default'], waitMs = 0 } = ask;
  const ticket = engine.claim({ workerId: worker, claimId: undefined, limit, queues, waitMs, labels });
  const jobs = await ticket.jobs;
  ticket.delivered();
  return jobs;
}

export async function complete(engine: Engine, { ref }: Claimed, output?: Record<string, unknown>): Promise<void> {
  const done = await engine.settle({ ref, outcome: { type: 'completed', output } });
  if (done.verdict !== 'accepted') throw new Error(`expected accepted, got ${done.verdict}`);
}
