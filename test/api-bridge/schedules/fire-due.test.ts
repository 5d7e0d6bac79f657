import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, openBench, outcomes, schedule } from './schedule-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench('2026-03-02T09:59:30Z');
});
afterEach(() => bench.close());

describe('a schedule that is due', () => {
  it('is fired once although ten replicas look at it at the same moment', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *' }), schedule({ name: 'two', cron: '0 * * * *' })]);
    bench.setTime('2026-03-02T10:00:00.500Z');
    const jobs = await Promise.all(Array.from({ length: 10 }, () => bench.fire()));
    expect(jobs.reduce((sum, each) => sum + each, 0)).toBe(2);
    expect(outcomes(await bench.runs())).toEqual(['2026-03-02T10:00 fired', '2026-03-02T10:00 fired']);
    expect(await bench.jobs()).toHaveLength(2);
    expect(await bench.fire()).toBe(0);
  });

  it('is not fired a millisecond early', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *' })]);
    expect(await bench.fireAt('2026-03-02T09:59:59.999Z')).toBe(0);
    expect(await bench.fireAt('2026-03-02T10:00:00.000Z')).toBe(1);
  });

  it('hands its payload on and says who enqueued the job', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *', payload: { backup_type: 'full' } })]);
    await bench.fireAt('2026-03-02T10:00:01Z');
    const [job] = await bench.jobs();
    expect(job?.data).toEqual({
      name: 'test.tick',
      payload: { backup_type: 'full' },
      meta: { producer: 'schedule one' },
    });
  });

  it('leaves nothing behind when its replica dies before the end of the transaction, and runs with the next tick', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *' })]);
    bench.setTime('2026-03-02T10:00:01Z');
    const dying = {
      enqueueIn: async (...args: Parameters<typeof bench.enqueueIn>) => {
        await bench.enqueueIn(...args);
        throw new Error('killed');
      },
    };
    await expect(bench.fire(dying)).rejects.toThrow('killed');
    expect(await bench.runs()).toEqual([]);
    expect(await bench.jobs()).toEqual([]);
    expect(await bench.fire()).toBe(1);
  });

  it('is not fired again when the time of its next run was set back, not even when the row of the run was lost', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *' })]);
    await bench.fireAt('2026-03-02T10:00:01Z');
    await bench.pool.query(`UPDATE worker_api.schedule SET next_run_at = '2026-03-02T10:00:00Z'`);
    expect(await bench.fire()).toBe(0);
    await bench.pool.query('DELETE FROM worker_api.schedule_run');
    await bench.pool.query(`UPDATE worker_api.schedule SET next_run_at = '2026-03-02T10:00:00Z'`);
    await bench.fire();
    expect(await bench.jobs()).toHaveLength(1);
  });

  it('of a job that this replica does not know is left to one that does', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *' })]);
    const { createCatalogue } = await import('../../../src/contract/catalogue/index.ts');
    expect(await bench.fireAt('2026-03-02T10:00:01Z', { catalogue: createCatalogue([]) })).toBe(0);
    expect(await bench.fire()).toBe(1);
  });

  it('with terms that can no longer be read is paused and says so, and the others run', async () => {
    await bench.sync([schedule({ name: 'broken', cron: '* * * * *' }), schedule({ name: 'sound', cron: '* * * * *' })]);
    await bench.pool.query(
      `UPDATE worker_api.schedule SET changed = '{"timeZone": "Mars/Base"}' WHERE name = 'broken'`,
    );
    expect(await bench.fireAt('2026-03-02T10:00:01Z')).toBe(1);
    expect((await bench.runs()).map((run) => run.schedule)).toEqual(['sound']);
    expect(await bench.row('broken')).toMatchObject({
      paused_by: 'scheduler',
      paused_reason: expect.stringMatching(/zone/),
    });
  });

  it('spreads its jobs within the jitter, the same on every replica, and other schedules differently', async () => {
    const spread = (name: string) => schedule({ name, cron: '* * * * *', jitterSeconds: 30, missed: 'all' });
    await bench.sync([spread('a'), spread('b')]);
    await bench.fireAt('2026-03-02T10:50:00Z');
    const delays = (await bench.jobs()).map((job) => {
      return job.start_after.getTime() % 60_000;
    });
    expect(delays).toHaveLength(102);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
    expect(new Set(delays).size).toBeGreaterThan(90);
    const runs = await bench.runs('a');
    await bench.pool.query('DELETE FROM worker_api.schedule_run; DELETE FROM pgboss.job');
    await bench.pool.query(`UPDATE worker_api.schedule SET next_run_at = '2026-03-02T10:00:00Z'`);
    await bench.fire();
    expect((await bench.jobs()).map((job) => job.start_after.getTime() % 60_000)).toEqual(delays);
    expect(await bench.runs('a')).toEqual(runs);
  });
});

describe('after an outage', () => {
  const outage = async (missed: 'skip' | 'once' | 'all', cron = '*/10 * * * *', missedWindowSeconds = 1800) => {
    await bench.sync([schedule({ name: 'one', cron, missed, missedWindowSeconds })]);
    await bench.fireAt('2026-03-02T10:00:01Z');
    await bench.fireAt('2026-03-02T10:55:00Z');
    return outcomes(await bench.runs());
  };
  const MISSED = ['10:10', '10:20', '10:30', '10:40', '10:50'];
  const expected = (...fired: string[]) => [
    '2026-03-02T10:00 fired',
    ...MISSED.map((time) => `2026-03-02T${time} ${fired.includes(time) ? 'fired' : 'missed'}`),
  ];

  it('skip fires none of what was missed', async () => expect(await outage('skip')).toEqual(expected()));
  it('once fires the newest', async () => expect(await outage('once')).toEqual(expected('10:50')));
  it('all fires each within the window, and nothing older', async () =>
    expect(await outage('all')).toEqual(expected('10:30', '10:40', '10:50')));
  it('once fires nothing that is older than the window', async () =>
    expect(await outage('once', '*/10 * * * *', 240)).toEqual(expected()));

  it('once fires nothing extra when a run is on time', async () => {
    await bench.sync([schedule({ name: 'one', cron: '*/10 * * * *', missed: 'once' })]);
    await bench.fireAt('2026-03-02T10:20:30Z');
    expect(outcomes(await bench.runs())).toEqual([
      '2026-03-02T10:00 missed',
      '2026-03-02T10:10 missed',
      '2026-03-02T10:20 fired',
    ]);
  });

  it('of a year, records a week of what was missed and goes on', async () => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *', missed: 'all', missedWindowSeconds: 60 })]);
    await bench.fireAt('2027-03-02T10:00:00Z');
    const runs = await bench.runs();
    expect(runs).toHaveLength(7 * 24 * 60);
    expect(runs.filter((run) => run.outcome === 'fired')).toHaveLength(2);
    expect(await bench.fireAt('2027-03-02T10:01:00Z')).toBe(1);
  });
});

describe('a run while the one before has not ended', () => {
  const begin = async (overlap: 'allow' | 'skip' | 'replace', state: 'active' | 'completed') => {
    await bench.sync([schedule({ name: 'one', cron: '* * * * *', overlap, missed: 'all' })]);
    await bench.fireAt('2026-03-02T10:00:00Z');
    const [first] = await bench.runs();
    await bench.move([first?.jobId ?? null], state);
    await bench.fireAt('2026-03-02T10:01:00Z');
    return outcomes(await bench.runs());
  };
  const states = async () => (await bench.jobs()).map((job) => job.state).sort();

  it('runs beside it when it may', async () => {
    expect(await begin('allow', 'active')).toEqual(['2026-03-02T10:00 fired', '2026-03-02T10:01 fired']);
    expect(await states()).toEqual(['active', 'created']);
  });

  it('stays away when it shall, also while the job still waits, and comes again when it has ended', async () => {
    expect(await begin('skip', 'active')).toEqual(['2026-03-02T10:00 fired', '2026-03-02T10:01 skipped_overlap']);
    const [first] = await bench.runs();
    await bench.move([first?.jobId ?? null], 'completed');
    await bench.fireAt('2026-03-02T10:02:00Z');
    await bench.fireAt('2026-03-02T10:03:00Z');
    expect(outcomes(await bench.runs()).slice(2)).toEqual([
      '2026-03-02T10:02 fired',
      '2026-03-02T10:03 skipped_overlap',
    ]);
    expect(await states()).toEqual(['completed', 'created']);
  });

  it('cancels it and takes its place when it shall', async () => {
    expect(await begin('replace', 'active')).toEqual(['2026-03-02T10:00 replaced', '2026-03-02T10:01 fired']);
    expect(await states()).toEqual(['cancelled', 'created']);
    await bench.fireAt('2026-03-02T10:03:30Z');
    expect(outcomes(await bench.runs()).slice(1)).toEqual([
      '2026-03-02T10:01 replaced',
      '2026-03-02T10:02 replaced',
      '2026-03-02T10:03 fired',
    ]);
    expect(await states()).toEqual(['cancelled', 'cancelled', 'created']);
  });

  it.each(['skip', 'replace'] as const)('%s minds nothing once it has ended', async (overlap) => {
    expect(await begin(overlap, 'completed')).toEqual(['2026-03-02T10:00 fired', '2026-03-02T10:01 fired']);
    expect(await states()).toEqual(['completed', 'created']);
  });
});
