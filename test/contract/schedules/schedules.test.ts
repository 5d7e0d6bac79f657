import { describe, expect, it } from 'vitest';
import { API_CALLS } from '../../../src/contract/catalogue/api-calls/index.ts';
import { CATALOGUE, createCatalogue } from '../../../src/contract/catalogue/index.ts';
import { queueWeight } from '../../../src/contract/queues.ts';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';
import { DOCUMENTED, SEED_TABLE } from './seed-table.ts';

const catalogue = createCatalogue(CATALOGUE);

/** A plain interval of minutes, as a step of cron. */
const cronOf = (when: string) => when.replace(/^(\d+)m$/, '*/$1 * * * *');

describe("the seed's schedule table", () => {
  it('is here whole: 67 entries of 64 classes, and nothing else', () => {
    expect(SEED_TABLE).toHaveLength(67);
    expect(new Set(SEED_TABLE.map((entry) => entry.jobClass)).size).toBe(64);
    expect(SCHEDULES.map(({ name }) => name)).toEqual(SEED_TABLE.map(({ name }) => name));
  });

  it.each(SEED_TABLE)('$name runs $when on $queue', ({ name, when, jobClass, queue, args }) => {
    const schedule = SCHEDULES.find((each) => each.name === name);
    expect(schedule?.cron).toBe(DOCUMENTED.get(name) ?? cronOf(when));
    expect(schedule?.timeZone).toBe('UTC');
    expect(schedule?.job).toBe(catalogue.findByClass(jobClass));
    expect(schedule?.job.queue).toBe(queue);
    const positional = schedule?.job.seed?.args ?? [];
    const payload = Array.isArray(args)
      ? Object.fromEntries(args.map((value: unknown, index) => [positional[index], value]))
      : (args ?? {});
    expect(schedule?.payload).toEqual(payload);
    expect(schedule?.job.payload.safeParse(payload).success).toBe(true);
  });
});

it('every API-call job has a name, a class and a queue of its own kind, and a call below the API', () => {
  expect(new Set(API_CALLS.map(({ name }) => name)).size).toBe(API_CALLS.length);
  for (const { name, queue, call, seed, maxAttempts } of API_CALLS) {
    expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/);
    expect(queueWeight(queue)).toBeDefined();
    expect(call.path, name).toMatch(/^[a-z_]+(\/([a-z_]+|\{[a-z_]+\}))*$/);
    expect(seed?.jobClass).toMatch(/Job$/);
    expect(maxAttempts).toBeGreaterThanOrEqual(1);
  }
});
