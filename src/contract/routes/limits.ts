import { lifted, liftRequest, limitsView } from '../limits-view.ts';
import { defineRoute } from './define-route.ts';

export const readLimits = defineRoute({
  name: 'readLimits',
  method: 'get',
  path: '/admin/limits',
  summary: 'Why due jobs wait: bans, keys at their limit, labels that no worker has; and what was refused to children',
  access: ['operator'],
  role: 'viewer',
  data: limitsView,
  statuses: [200],
});

export const liftRunawayBan = defineRoute({
  name: 'liftRunawayBan',
  method: 'post',
  path: '/admin/limits/runaway/lift',
  summary: 'End the ban of a job key: its jobs are back at once, and counting starts anew',
  access: ['operator'],
  role: 'operator',
  body: liftRequest,
  data: lifted,
  statuses: [200],
});
