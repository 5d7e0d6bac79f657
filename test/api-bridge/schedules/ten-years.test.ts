import { afterAll, beforeAll, expect, it } from 'vitest';
import { firesBetween } from '../../contract/schedules/wall-oracle.ts';
import { type Bench, openBench, schedule } from './schedule-bench.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const START = '2024-01-01T00:00:00Z';
const YEARS = 10;

/** Times of the day in the very hours that clocks are moved in, and intervals across them. */
const PLANS = [
  { name: 'berlin', cron: '30 2 * * *', timeZone: 'Europe/Berlin', missed: 'all' },
  { name: 'new_york', cron: '30 1 * * *', timeZone: 'America/New_York', missed: 'all' },
  { name: 'lord_howe', cron: '45 1,2 * * *', timeZone: 'Australia/Lord_Howe', missed: 'all' },
  { name: 'casablanca', cron: '15 2 * * 0', timeZone: 'Africa/Casablanca', missed: 'all' },
  { name: 'cairo', cron: '0 0 * * 4,5', timeZone: 'Africa/Cairo', missed: 'all' },
  { name: 'troll', cron: '0 */6 * * *', timeZone: 'Antarctica/Troll', missed: 'all' },
  { name: 'monthly', cron: '0 3 1 * *', timeZone: 'UTC', missed: 'all' },
  { name: 'newest', cron: '0 12 * * *', timeZone: 'Asia/Kathmandu', missed: 'once' },
  { name: 'dropped', cron: '0 12 * * *', timeZone: 'America/St_Johns', missed: 'skip' },
] as const;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench(START);
  await bench.sync(declarations());
});
afterAll(() => bench.close());

/** Random numbers that are the same in every run of the test. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it(
  'ten years in many zones, by replicas that die in the middle, behind it and for days: each run once, or as its policy says',
  { timeout: 60_000 },
  async () => {
    const random = seeded(20_261_121);
    const endMs = Date.parse(START) + YEARS * 365.25 * DAY_MS;
    const ticks: number[] = [];
    let crashes = 0;
    const crashing = {
      enqueueIn: async (...args: Parameters<typeof bench.enqueueIn>) => {
        await bench.enqueueIn(...args);
        crashes += 1;
        throw new Error('killed');
      },
    };
    for (let atMs = Date.parse(START); atMs < endMs;) {
      atMs = Math.min(endMs, atMs + Math.ceil(random() * 5.5 * DAY_MS));
      bench.setTime(atMs);
      ticks.push(atMs);
      if (random() < 0.3) await bench.fire(crashing).catch(() => undefined);
      // Killed right behind its commit, a replica is followed by another one that looks at the same moment again.
      await Promise.all(random() < 0.3 ? [bench.fire(), bench.fire()] : [bench.fire()]);
      if (random() < 0.1) await bench.sync(declarations());
    }
    expect(crashes).toBeGreaterThan(100);

    const runs = await bench.runs();
    for (const plan of PLANS) {
      const due = firesOf(plan.cron, plan.timeZone, endMs);
      const own = runs.filter((run) => run.schedule === plan.name);
      expect(
        own.map((run) => run.at),
        plan.name,
      ).toEqual(due.map(minuteOf));
      const fired = own.filter((run) => run.outcome === 'fired').map((run) => run.at);
      expect(fired, plan.name).toEqual(due.filter(firedBy(plan.missed, due, ticks)).map(minuteOf));
    }
    const jobs = await bench.jobs();
    const fired = runs.filter((run) => run.outcome === 'fired').map((run) => run.jobId);
    expect(fired.length).toBeGreaterThan(20_000);
    expect(jobs.map((job) => job.id).sort()).toEqual(fired.sort());
  },
);

function declarations() {
  return PLANS.map((plan) =>
    schedule({ ...plan, missedWindowSeconds: 7 * 24 * 3600, overlap: 'allow', jitterSeconds: 0 }),
  );
}

/** Whether a run shall have been fired: always, if it was the newest at its tick, or only if its tick came in time. */
function firedBy(missed: 'all' | 'once' | 'skip', due: readonly number[], ticks: readonly number[]) {
  return (runMs: number, index: number): boolean => {
    if (missed === 'all') return true;
    const tickMs = ticks.find((tick) => tick >= runMs) ?? Number.NaN;
    const next = due[index + 1] ?? Infinity;
    return missed === 'skip' ? tickMs - runMs <= MINUTE_MS : next > tickMs;
  };
}

/** All of these expressions and all offsets of these zones are multiples of a quarter of an hour. */
function firesOf(cron: string, zone: string, endMs: number): number[] {
  const startMs = Date.parse(START);
  return firesBetween(cron, zone, startMs, endMs, 15);
}

const minuteOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 16);
