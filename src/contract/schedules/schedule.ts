import { z } from 'zod';
import { jobState, jsonObject, text, timestamp, uuid } from '../fields.ts';
import { cronExpression } from './cron.ts';
import { timeZone } from './zone.ts';

/** What becomes of runs that nobody was there to fire: none of them, the newest, or each one, within the window. */
export const missedPolicy = z.enum(['skip', 'once', 'all']);
/** What a run does while the one before has not ended: run beside it, stay away, or cancel it and take its place. */
export const overlapPolicy = z.enum(['allow', 'skip', 'replace']);

const DAY_SECONDS = 24 * 3600;

/** What an operator may change at run time. */
export const scheduleTerms = z.object({
  cron: cronExpression,
  timeZone,
  payload: jsonObject,
  missed: missedPolicy,
  missedWindowSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * DAY_SECONDS),
  overlap: overlapPolicy,
  jitterSeconds: z.number().int().min(0).max(3600),
});
export type ScheduleTerms = z.infer<typeof scheduleTerms>;

export const scheduleName = z.string().regex(/^[a-z][a-z0-9_.-]{0,127}$/, 'expected 1 to 128 of a-z 0-9 _ . -');

/**
 * `fired`: a job was enqueued · `replaced`: it was, and a later run cancelled it · `skipped_overlap`: the run before
 * had not ended · `missed`: nobody was there in time, and the policy does not catch up.
 */
export const runOutcome = z.enum(['fired', 'replaced', 'skipped_overlap', 'missed']);
export type RunOutcome = z.infer<typeof runOutcome>;

export const scheduleRun = z.object({
  /** The time that the run is for; it may have been fired later, see `firedAt`. */
  fireTime: timestamp,
  outcome: runOutcome,
  firedAt: timestamp,
  /** By the clock, or by a person. */
  trigger: z.enum(['clock', 'hand']),
  jobId: uuid.optional(),
  /** Absent when the job's row is gone. */
  jobState: jobState.optional(),
});
export type ScheduleRun = z.infer<typeof scheduleRun>;

/**
 * A run as one mark of a strip: what became of it and of its job. `late`: it was fired a minute or more after its time.
 * `open`: its job has not ended. `gone`: its job's row is.
 */
export const runMark = z.enum(['ok', 'late', 'failed', 'cancelled', 'open', 'replaced', 'skipped', 'missed', 'gone']);
export type RunMark = z.infer<typeof runMark>;

export const scheduleView = scheduleTerms.extend({
  name: z.string(),
  description: z.string(),
  job: z.string(),
  queue: z.string(),
  /** `removed`: this version declares it no longer. */
  state: z.enum(['active', 'paused', 'removed']),
  /** By `configuration` unless SCHEDULES_ENABLED is true, until a person resumes it. */
  paused: z.object({ at: timestamp, by: z.string(), reason: z.string().optional() }).optional(),
  /** The terms that differ from the declaration, because somebody changed them. */
  changed: z.array(z.string()),
  /** Counts changes; an update names the one that it was made from. */
  version: z.number(),
  nextRunAt: timestamp.optional(),
  lastRun: scheduleRun.optional(),
});
export type ScheduleView = z.infer<typeof scheduleView>;

export const scheduleList = z.object({
  /** Whether SCHEDULES_ENABLED is true; otherwise schedules are declared but paused until somebody resumes them. */
  enabled: z.boolean(),
  /** Each with its last 60 runs, the oldest first. */
  schedules: z.array(scheduleView.extend({ recent: z.array(runMark) })),
});
export type ScheduleListed = z.infer<typeof scheduleList>['schedules'][number];

export const scheduleDetail = z.object({
  schedule: scheduleView,
  /** What the terms give from now on, also while it is paused. */
  nextRuns: z.array(timestamp),
  /** The newest first. */
  runs: z.array(scheduleRun),
});

export const nextRunsQuery = z.object({ count: z.coerce.number().int().min(1).max(100).default(5) });
export const previewQuery = nextRunsQuery.extend({ cron: cronExpression, timeZone: timeZone.default('UTC') });
export const preview = z.object({ nextRuns: z.array(timestamp) });

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();
const { shape } = scheduleTerms;

/** What is left out stays; null takes back what somebody changed, so that the declaration counts again. */
export const schedulePatch = z.strictObject({
  version: z.number().int().min(1),
  cron: nullable(shape.cron),
  timeZone: nullable(shape.timeZone),
  payload: nullable(shape.payload),
  missed: nullable(shape.missed),
  missedWindowSeconds: nullable(shape.missedWindowSeconds),
  overlap: nullable(shape.overlap),
  jitterSeconds: nullable(shape.jitterSeconds),
  reason: text(0, 500).optional(),
});
export type SchedulePatch = z.infer<typeof schedulePatch>;

export const runStarted = z.object({ run: scheduleRun, queue: z.string(), duplicate: z.literal(true).optional() });

/** The times of a schedule from one instant on and before another that have no job yet; with `preview` they are only told. */
export const backfillRequest = z.object({
  from: timestamp,
  to: timestamp,
  preview: z.boolean().default(false),
  reason: text(4, 500).optional(),
});
export const backfilled = z.object({
  /** Runs that have no job yet, whether nobody was there for them, they were left out, or the schedule was paused. */
  matched: z.number(),
  fired: z.number(),
  /** The first and the last of them. */
  first: timestamp.optional(),
  last: timestamp.optional(),
});
