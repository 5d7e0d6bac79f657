import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LockBusy, LockLost, RetryAfter } from '../../src/jobs/index.ts';
import { until } from '../wire/support/until.ts';
import { type Stack, startStack, startWorker } from './support/real-stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const many = (count: number, payload: object) =>
  Promise.all(Array.from({ length: count }, () => stack.enqueue(payload)));

describe('idempotency over two workers', () => {
  it('marks a key for exactly one of twenty that ask at once', async () => {
    const key = randomUUID();
    const handler = async (ctx: any) => ({ first: await ctx.idempotency.markProcessed(key) });
    await using _one = await startWorker(stack.api, handler);
    await using _two = await startWorker(stack.api, handler);
    const jobs = await Promise.all((await many(20, {})).map((id) => stack.ended(id)));
    expect(jobs.filter(({ output }) => output.first)).toHaveLength(1);
    expect(new Set(jobs.map((job) => job.attempts[0].workerId)).size).toBe(2);
  });

  it('does the work once, and gives its value to all who come at the same time or later', async () => {
    const key = randomUUID();
    let worked = 0;
    const handler = async (ctx: any) =>
      ctx.idempotency.once(key, async () => {
        worked += 1;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { at: worked };
      });
    await using _one = await startWorker(stack.api, handler);
    await using _two = await startWorker(stack.api, handler);
    const jobs = await Promise.all((await many(8, {})).map((id) => stack.ended(id)));
    expect(worked).toBe(1);
    expect(jobs.filter(({ output }) => output.ran)).toHaveLength(1);
    expect(jobs.every(({ output }) => output.value.at === 1)).toBe(true);
  });

  it('lets another attempt try when the work has thrown', async () => {
    const key = randomUUID();
    const handler = async (ctx: any) => {
      const once = ctx.idempotency.once(key, async () => {
        if (ctx.job.attempt === 1) throw new RetryAfter(0, 'not yet');
        return 'done';
      });
      expect(await ctx.idempotency.alreadyProcessed(key)).toBe(false);
      return { ...(await once), processed: await ctx.idempotency.alreadyProcessed(key) };
    };
    await using _worker = await startWorker(stack.api, handler);
    const job = await stack.ended(await stack.enqueue());
    expect(job).toMatchObject({
      state: 'completed',
      attempt: 2,
      output: { ran: true, value: 'done', processed: true },
    });
  });
});

describe('a lock', () => {
  it('is never held twice, is renewed for as long as its work takes, and is refused with LockBusy meanwhile', async () => {
    const key = randomUUID();
    let inside = 0;
    let most = 0;
    let busy = 0;
    const handler = async (ctx: any, { hold }: any) => {
      const work = async () => {
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, hold));
        inside -= 1;
      };
      try {
        await ctx.lock(key, { ttlSeconds: 1, waitSeconds: hold > 1000 ? 20 : 0 }, work);
      } catch (error) {
        if (!(error instanceof LockBusy)) throw error;
        busy += 1;
      }
    };
    await using _one = await startWorker(stack.api, handler);
    await using _two = await startWorker(stack.api, handler);
    const long = await stack.enqueue({ hold: 3_000 });
    await until('the lock to be held', 10_000, async () => (inside === 1 ? true : undefined));
    const others = await many(4, { hold: 10 });
    for (const id of [long, ...others]) expect((await stack.ended(id)).state).toBe('completed');
    expect(most).toBe(1);
    expect(busy).toBe(4);
  });

  it('that somebody waits for goes back unburnt when nobody catches LockBusy', async () => {
    const key = randomUUID();
    let tries = 0;
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    const handler = async (ctx: any, { holder }: any) => {
      if (holder === undefined) tries += 1;
      await ctx.lock(key, {}, () => (holder === true ? held : Promise.resolve()));
    };
    await using _worker = await startWorker(stack.api, handler);
    await stack.enqueue({ holder: true });
    await until('the lock row', 10_000, async () => {
      const rows = await stack.database.query('SELECT 1 FROM worker_api.lock WHERE key = $1', [key]);
      return rows.rowCount === 1 ? true : undefined;
    });
    const id = await stack.enqueue();
    await until('a release', 10_000, async () =>
      (await stack.job(id)).state === 'created' && tries > 0 ? true : undefined,
    );
    letGo(undefined);
    expect(await stack.ended(id)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it('that was lost aborts the signal of its work, and throws LockLost whatever the work returns', async () => {
    const key = randomUUID();
    const seen: unknown[] = [];
    const { promise: robbed, resolve: rob } = Promise.withResolvers<undefined>();
    const handler = async (ctx: any, { robber }: any) => {
      if (robber === true) {
        await ctx.lock(key, { waitSeconds: 5 }, () => robbed);
        return;
      }
      await ctx
        .lock(key, { ttlSeconds: 1 }, async (signal: AbortSignal) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          expect(ctx.signal.aborted).toBe(false);
          return 'too late';
        })
        .catch((error: unknown) => seen.push(error));
      rob(undefined);
    };
    await using _worker = await startWorker(stack.api, handler);
    const holder = await stack.enqueue();
    await until('the lock row', 10_000, async () => {
      const rows = await stack.database.query('SELECT 1 FROM worker_api.lock WHERE key = $1', [key]);
      return rows.rowCount === 1 ? true : undefined;
    });
    const robber = await stack.enqueue({ robber: true });
    // The lock's time is up before its holder could renew it: as after a long pause of the holder's machine.
    await until('the robber to have it', 10_000, async () => {
      await stack.database.query(
        `UPDATE worker_api.lock SET expires_at = now() - interval '1 second' WHERE key = $1 AND job_id = $2`,
        [key, holder],
      );
      return seen.length > 0 ? true : undefined;
    });
    expect(seen[0]).toBeInstanceOf(LockLost);
    expect((await stack.ended(robber)).state).toBe('completed');
  });
});

describe('steps', () => {
  it('are done once over the attempts of a job, whatever they give', async () => {
    const done: string[] = [];
    const handler = async (ctx: any) => {
      const step = (name: string, value: unknown) =>
        ctx.step.run(name, async () => {
          done.push(name);
          return value;
        });
      const values = [await step('text', 'a'), await step('nothing', undefined), await step('deep', { a: [1] })];
      if (ctx.job.attempt < 3) throw new RetryAfter(0, 'again');
      return { values, names: (await ctx.steps()).map((each: any) => each.name) };
    };
    await using _worker = await startWorker(stack.api, handler);
    const job = await stack.ended(await stack.enqueue());
    expect(job).toMatchObject({ state: 'completed', attempt: 3 });
    expect(job.output).toEqual({ values: ['a', null, { a: [1] }], names: ['text', 'nothing', 'deep'] });
    expect(done).toEqual(['text', 'nothing', 'deep']);
  });

  it.each([
    ['a function', () => () => 1, 'invalid_value'],
    ['text that PostgreSQL cannot store', () => 'a\u0000', 'invalid_value'],
    ['more than a step may hold', () => 'x'.repeat(300_000), 'invalid_value'],
  ])('refuse %s at once and for good', async (_, value, code) => {
    await using _worker = await startWorker(stack.api, async (ctx) => ctx.step.run('odd', async () => value()));
    const job = await stack.ended(await stack.enqueue());
    expect(job).toMatchObject({ state: 'failed', attempt: 1 });
    expect(job.attempts[0].error).toMatchObject({ code, category: 'AGENT_ERROR' });
  });
});

describe('execution records', () => {
  it('tell the last runs, failures and success of a job key, and of no other', async () => {
    const id = randomUUID();
    const handler = async (ctx: any) => {
      if (ctx.job.attempt < 14) throw new RetryAfter(0, `try ${ctx.job.attempt}`);
    };
    await using _worker = await startWorker(stack.api, handler);
    await stack.ended(await stack.enqueue({ id }, { maxAttempts: 20 }));
    await Promise.all((await many(4, { id, z: 1 })).map((other) => stack.ended(other, 'reports', 30_000)));
    await stack.ended(await stack.enqueue({ id: randomUUID() }, { maxAttempts: 20 }));
    const read = async (query: string) => (await stack.operator.get(`/admin/executions?name=test.probe&${query}`)).data;
    const own = await read(`key=test.probe:${id}`);
    expect(own.executions).toHaveLength(20);
    expect(own.failures).toHaveLength(10);
    expect(own.executions.every(({ key }: any) => key === `test.probe:${id}`)).toBe(true);
    expect(own.failures[0].error.message).toMatch(/^try /);
    expect(Date.now() - Date.parse(own.succeededAt)).toBeLessThan(300_000);
    expect(await read('key=test.probe:none')).toEqual({ executions: [], failures: [] });
  });
});

describe('metrics', () => {
  it('of many jobs arrive as sums, and what cannot be measured fails nobody', async () => {
    const name = `photos ${randomUUID()}`;
    const handler = async (ctx: any) => {
      ctx.metrics.counter(name, 2, { kind: 'jpeg' });
      ctx.metrics.timing(`${name} ms`, 1500);
      ctx.metrics.cleanup({ [name]: 7 });
      ctx.metrics.error(name);
      for (const odd of [undefined, '', 'a\u0000', 'x'.repeat(5000), {}]) ctx.metrics.counter(odd, 1);
      for (const odd of [Number.NaN, Infinity, 'x', null]) ctx.metrics.gauge('odd', odd, { a: null, '': 'x' });
    };
    await using _worker = await startWorker(stack.api, handler);
    for (const id of await many(10, {})) expect((await stack.ended(id)).state).toBe('completed');
    const metrics = await until('ten samples', 10_000, async () => {
      const { metrics: all } = (await stack.operator.get('/admin/metrics')).data;
      const own = all.filter((metric: any) => metric.name.includes(name));
      return own.length === 4 && own.every((metric: any) => metric.samples === 10) ? own : undefined;
    });
    expect(metrics.map(({ name: of, sum, last, type }: any) => [of, type, sum, last])).toEqual([
      [`cleanup_${name}`, 'gauge', 70, 7],
      [`error_${name}`, 'counter', 10, 1],
      [name, 'counter', 20, 2],
      [`${name} ms`, 'timing', 15_000, 1500],
    ]);
    const { samples } = (await stack.operator.get(`/admin/metrics/${encodeURIComponent(name)}?limit=3`)).data;
    expect(samples).toHaveLength(3);
    expect(samples[0]).toMatchObject({ value: 2, tags: { kind: 'jpeg' }, jobName: 'test.probe' });
    const exposed = await (await fetch(`${stack.api.url}/metrics`)).text();
    expect(exposed).toContain(`powernode_job_events_total{name="${name}"} 20\n`);
    expect(exposed).toContain(`powernode_job_timing_seconds_sum{name="${name} ms"} 15\n`);
    expect(exposed).toContain(`powernode_job_value{name="cleanup_${name}"} 7\n`);
  });
});
