import { z } from 'zod';
import { text } from '../fields.ts';
import {
  backfilled,
  backfillRequest,
  nextRunsQuery,
  preview,
  previewQuery,
  runStarted,
  scheduleDetail,
  scheduleList,
  schedulePatch,
  scheduleName,
  scheduleView,
} from '../schedules/schedule.ts';
import { defineRoute } from './define-route.ts';

const params = z.object({ name: scheduleName });
const why = z.object({ reason: text(0, 500).optional() }).optional();
const changed = z.object({ schedule: scheduleView });

export const listSchedules = defineRoute({
  name: 'listSchedules',
  method: 'get',
  path: '/admin/schedules',
  summary: 'Every schedule with its terms, its state, its last run and its next one',
  access: ['operator'],
  role: 'viewer',
  data: scheduleList,
  statuses: [200],
});

export const readSchedule = defineRoute({
  name: 'readSchedule',
  method: 'get',
  path: '/admin/schedules/{name}',
  summary: 'One schedule with its next runs and its latest 60',
  access: ['operator'],
  role: 'viewer',
  params,
  query: nextRunsQuery,
  data: scheduleDetail,
  statuses: [200],
});

export const previewSchedule = defineRoute({
  name: 'previewSchedule',
  method: 'get',
  path: '/admin/schedule_preview',
  summary: 'When a cron expression would fire next in a time zone; nothing is stored',
  access: ['operator'],
  role: 'viewer',
  query: previewQuery,
  data: preview,
  statuses: [200],
});

export const pauseSchedule = defineRoute({
  name: 'pauseSchedule',
  method: 'post',
  path: '/admin/schedules/{name}/pause',
  summary: 'Stop firing a schedule; jobs that were fired go on',
  access: ['operator'],
  role: 'operator',
  params,
  body: why,
  data: changed,
  statuses: [200],
});

export const resumeSchedule = defineRoute({
  name: 'resumeSchedule',
  method: 'post',
  path: '/admin/schedules/{name}/resume',
  summary: 'Fire a schedule again, from now on',
  access: ['operator'],
  role: 'operator',
  params,
  body: why,
  data: changed,
  statuses: [200],
});

export const runSchedule = defineRoute({
  name: 'runSchedule',
  method: 'post',
  path: '/admin/schedules/{name}/run',
  summary: 'Fire a schedule once, now; with an Idempotency-Key once however often it is sent',
  access: ['operator'],
  role: 'operator',
  params,
  body: why,
  data: runStarted,
  statuses: [201, 200],
});

export const updateSchedule = defineRoute({
  name: 'updateSchedule',
  method: 'patch',
  path: '/admin/schedules/{name}',
  summary: 'Change the terms of a schedule, from the version that one has seen',
  access: ['operator'],
  role: 'operator',
  params,
  body: schedulePatch,
  data: changed,
  statuses: [200],
});

export const backfillSchedule = defineRoute({
  name: 'backfillSchedule',
  method: 'post',
  path: '/admin/schedules/{name}/backfill',
  summary: 'Fire the past runs of a range that have no job; preview counts them first',
  access: ['operator'],
  role: 'operator',
  params,
  body: backfillRequest,
  data: backfilled,
  statuses: [200],
});
