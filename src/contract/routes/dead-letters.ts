import { deadDeed, deadDone, deadList, deadListQuery } from '../dead-letter.ts';
import { defineRoute } from './define-route.ts';

export const listDeadLetters = defineRoute({
  name: 'listDeadLetters',
  method: 'get',
  path: '/admin/dead_letters',
  summary: 'Jobs that nobody will try again by themselves, newest first, with counts by queue and reason',
  access: ['operator'],
  role: 'viewer',
  query: deadListQuery,
  data: deadList,
  statuses: [200],
});

export const redriveDeadLetters = defineRoute({
  name: 'redriveDeadLetters',
  method: 'post',
  path: '/admin/dead_letters/redrive',
  summary: 'Give dead letters another attempt, all at once or so many a minute; preview counts them first',
  access: ['operator'],
  role: 'operator',
  body: deadDeed,
  data: deadDone,
  statuses: [200],
});

export const discardDeadLetters = defineRoute({
  name: 'discardDeadLetters',
  method: 'post',
  path: '/admin/dead_letters/discard',
  summary: 'Take jobs out of the dead letters without another attempt; preview counts them first',
  access: ['operator'],
  role: 'operator',
  body: deadDeed,
  data: deadDone,
  statuses: [200],
});
