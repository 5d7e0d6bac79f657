import { expect, test } from 'vitest';
import { z } from 'zod';
import { CATALOGUE } from '../../src/contract/catalogue/index.ts';
import { readOwnExports } from '../../src/contract/catalogue/own-exports.ts';
import { declareJob } from '../../src/contract/catalogue/declare-job.ts';
import { SCHEDULES } from '../../src/contract/schedules/schedules.ts';
import { defineJob, defineSchedule } from '../../src/jobs/authoring.ts';

const SHIPPED = { jobs: CATALOGUE, schedules: SCHEDULES };
const payload = z.object({ to: z.string().default('all') });
const declared = declareJob({ name: 'mine.report', queue: 'reports', payload });
const report = defineJob(declared, async () => undefined);
const nightly = defineSchedule({
  name: 'mine.nightly',
  description: 'Reports at night',
  cron: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  job: report,
  payload: { to: 'board' },
  overlap: 'skip',
});
const read = (...exported: unknown[]) => readOwnExports(exported, SHIPPED);

test('a schedule stands beside its job, and what two modules export of one counts once', () => {
  expect(read(report, nightly, nightly, report, 'text', 7, undefined, null, { name: 'x' })).toEqual({
    jobs: [report],
    schedules: [nightly],
    faults: [],
  });
  expect(nightly).toMatchObject({ missed: 'skip', missedWindowSeconds: 3600, overlap: 'skip', jitterSeconds: 0 });
});

test('a declaration apart from its handler is one job, and it may stand alone', () => {
  expect(read(declared, report)).toMatchObject({ jobs: [report], faults: [] });
  expect(read(declared)).toMatchObject({ jobs: [declared], faults: [] });
});

test('a schedule may run a job that ships', () => {
  const [shipped] = CATALOGUE.filter(({ name }) => name === 'files.thumbnail');
  const schedule = defineSchedule({
    ...{ name: 'thumbs', description: 'x', cron: '@hourly', job: shipped! },
    payload: { processing_job_id: 'x' },
  });
  expect(read(schedule).faults).toEqual([]);
});

test('every fault of jobs and schedules is named at once, in words that say where', () => {
  const other = defineJob({ name: 'mine.other', queue: 'nowhere', payload, execute: async () => undefined });
  const again = defineJob({
    name: 'mine.report',
    queue: 'reports',
    payload: z.object({}),
    execute: async () => undefined,
  });
  const bad = { name: 'mine.bad', queue: 'reports', payload: {}, maxAttempts: 0, grants: ['everything'] };
  const stranger = declareJob({ name: 'not.exported', queue: 'reports', payload });
  const { faults } = read(
    ...[report, nightly, other, again, bad],
    { ...nightly },
    defineSchedule({ ...nightly, name: 'Bad Name', cron: '0 0 2 * * *', timeZone: 'Berlin', jitterSeconds: -1 }),
    defineSchedule({ ...nightly, name: 'wrong-payload', payload: { to: 7 } }),
    defineSchedule({ ...nightly, name: 'ai_trust_decay' }),
    defineSchedule({ ...nightly, name: 'strange', job: stranger }),
    { name: 'untyped', cron: '@daily', description: 'x' },
  );
  const expected = [
    'expected one job named mine.report, got two',
    'mine.other: queue: expected a declared queue, got nowhere',
    'mine.bad: payload: expected a zod schema',
    'mine.bad: maxAttempts: expected maxAttempts 1 to 100, got 0',
    'mine.bad: timeoutSeconds: ',
    'mine.bad: grants.0: ',
    'expected one schedule named mine.nightly, got two',
    'expected one schedule named ai_trust_decay, got two',
    'schedule Bad Name: name: ',
    'schedule Bad Name: cron: expected 5 fields',
    'schedule Bad Name: timeZone: expected an IANA time zone',
    'schedule Bad Name: jitterSeconds: ',
    'schedule wrong-payload: payload.to: expected a text, got 7',
    'schedule strange: job: expected an exported job, got not.exported',
    'schedule untyped: job: expected an exported job, got none',
  ];
  for (const words of expected) expect(faults.join('\n')).toContain(words);
});
