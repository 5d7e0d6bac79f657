import { afterEach, beforeEach, expect, it } from 'vitest';
import { declareJob } from '../../../src/contract/catalogue/declare-job.ts';
import { z } from 'zod';
import { type Bench, openBench, outcomes, schedule } from './schedule-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench('2026-03-02T09:59:30Z');
});
afterEach(() => bench.close());

const hourly = schedule({ name: 'one', cron: '0 * * * *', missed: 'all', missedWindowSeconds: 7 * 24 * 3600 });
const nextOf = async (name: string) => (await bench.row(name)).next_run_at?.toISOString();

it('replicas that start together declare each schedule once', async () => {
  await Promise.all(Array.from({ length: 5 }, () => bench.sync([hourly, schedule({ name: 'two', cron: '@daily' })])));
  const { rows } = await bench.pool.query('SELECT name, version FROM worker_api.schedule ORDER BY name');
  expect(rows).toEqual([
    { name: 'one', version: 1 },
    { name: 'two', version: 1 },
  ]);
});

it('a restart changes nothing: what was due while nobody ran is still due', async () => {
  await bench.sync([hourly]);
  bench.setTime('2026-03-02T12:30:00Z');
  await bench.sync([hourly]);
  expect(await nextOf('one')).toBe('2026-03-02T10:00:00.000Z');
  expect(await bench.fire()).toBe(3);
});

it('new times in the source count from now on, and what somebody changed by hand stays', async () => {
  await bench.sync([hourly, schedule({ name: 'two', cron: '0 * * * *' })]);
  await bench.pool.query(`UPDATE worker_api.schedule SET changed = '{"cron": "30 * * * *"}' WHERE name = 'two'`);
  bench.setTime('2026-03-02T12:10:00Z');
  await bench.sync([{ ...hourly, cron: '15 * * * *' }, schedule({ name: 'two', cron: '45 * * * *' })]);
  expect(await nextOf('one')).toBe('2026-03-02T12:15:00.000Z');
  expect(await bench.row('two')).toMatchObject({ changed: { cron: '30 * * * *' }, declared: { cron: '45 * * * *' } });
  expect(await nextOf('two')).toBe('2026-03-02T10:00:00.000Z');
});

it('one that is declared no longer is kept and runs no more, and once it is back it begins from then', async () => {
  await bench.sync([hourly, schedule({ name: 'two', cron: '0 * * * *' })]);
  await bench.fireAt('2026-03-02T10:00:01Z');
  await bench.sync([hourly]);
  expect(await bench.fireAt('2026-03-02T11:00:01Z')).toBe(1);
  expect((await bench.row('two')).removed_at).not.toBeNull();
  bench.setTime('2026-03-02T15:20:00Z');
  await bench.sync([hourly, schedule({ name: 'two', cron: '0 * * * *' })]);
  expect(await nextOf('two')).toBe('2026-03-02T16:00:00.000Z');
  expect(outcomes(await bench.runs('two'))).toEqual(['2026-03-02T10:00 fired']);
});

it('turned on after a week, nothing of the week was missed; turned off, nothing runs but what a person resumed', async () => {
  const declarations = [hourly, schedule({ name: 'kept', cron: '0 * * * *' })];
  await bench.sync(declarations, false);
  expect(await bench.fireAt('2026-03-02T10:00:01Z')).toBe(0);
  bench.setTime('2026-03-09T09:30:00Z');
  await bench.sync(declarations, true);
  expect(await bench.fire()).toBe(0);
  expect(await bench.fireAt('2026-03-09T10:00:01Z')).toBe(2);
  await bench.pool.query(`UPDATE worker_api.schedule SET switched_by_hand = true WHERE name = 'kept'`);
  await bench.sync(declarations, false);
  expect(await bench.fireAt('2026-03-09T11:00:01Z')).toBe(1);
  expect(outcomes(await bench.runs('one'))).toEqual(['2026-03-09T10:00 fired']);
  expect((await bench.row('one')).paused_by).toBe('configuration');
});

it('what a person paused stays paused, whatever the configuration says', async () => {
  await bench.sync([hourly]);
  await bench.pool.query(
    `UPDATE worker_api.schedule SET paused_at = now(), paused_by = 'operator heron', switched_by_hand = true`,
  );
  await bench.sync([hourly], false);
  await bench.sync([hourly], true);
  expect((await bench.row('one')).paused_by).toBe('operator heron');
  expect(await bench.fireAt('2026-03-02T10:00:01Z')).toBe(0);
});

it('a schedule whose job was renamed runs the new one', async () => {
  await bench.sync([hourly]);
  const other = declareJob({ name: 'test.other', queue: 'reports', payload: z.looseObject({}) });
  await bench.sync([{ ...hourly, job: other }]);
  expect(await bench.fireAt('2026-03-02T10:00:01Z')).toBe(0);
  expect((await bench.row('one')).job).toBe('test.other');
});
