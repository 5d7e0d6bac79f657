import type { Scene } from './scene.ts';

export type ListedPage = readonly [name: string, path: string | ((scene: Scene) => string)];

/** Every page that a signed-in admin can open. Pictures are taken of each, and each is examined for accessibility. */
export const PAGES: readonly ListedPage[] = [
  ['overview', '/overview'],
  ['jobs', '/jobs'],
  ['jobs-failed', '/jobs?q=state:failed+queue:file_processing'],
  ['dead', '/jobs?q=queue:dead_letter'],
  ['jobs-none', '/jobs?q=name:no.such.job'],
  ['jobs-fault', '/jobs?q=age:soon'],
  ['bulk', '/jobs/bulk?verb=retry&q=state:failed'],
  ['keys', '/keys'],
  ['job-running', ({ running }) => `/jobs/file_processing/${running}`],
  ['job-failed', ({ failed }) => `/jobs/file_processing/${failed}`],
  ['job-retrying', ({ retrying }) => `/jobs/file_processing/${retrying}`],
  ['job-done', ({ done }) => `/jobs/file_processing/${done}`],
  ['job-unserved', ({ unserved }) => `/jobs/ai_agents/${unserved}`],
  ['workers', '/workers'],
  ['drain', '/workers/worker-a1/drain'],
  ['cancel', ({ running }) => `/jobs/file_processing/${running}/cancel`],
  ['queues', '/queues'],
  ['queue', '/queues/ai_agents'],
  ['queue-busy', '/queues/file_processing'],
  ['queue-pause', '/queues/email/pause'],
  ['queue-purge', '/queues/email/purge'],
  ['failures', '/failures'],
  ['dead-letters', '/dead'],
  ['redrive', '/dead/redrive?all=yes&pace=3'],
  ['schedules', '/schedules'],
  ['schedule', '/schedules/ai_trust_decay'],
  ['schedule-edit', '/schedules/ai_trust_decay/edit'],
  ['schedule-backfill', '/schedules/ai_trust_decay/backfill'],
  ['limits', '/limits'],
  ['audit', '/audit'],
  ['settings', '/settings'],
  ['users', '/users'],
  ['users-invite', '/users/invite'],
  ['sessions', '/sessions'],
  ['sessions-all', '/sessions?all=yes'],
  ['password', '/password'],
  ['audit-none', '/audit?target=nothing-begins-so'],
];

export function pathOf([, path]: ListedPage, scene: Scene): string {
  return typeof path === 'string' ? path : path(scene);
}
