import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

/** What holds for each of its jobs, whoever enqueues it: functions of the payload are typed by the schema. */
export const tenantReport = defineJob({
  name: 'examples.tenant-report',
  queue: 'reports',
  payload: z.object({ tenant: z.string(), day: z.iso.date() }),
  priority: 5,
  // At most one report of a tenant and day is queued or runs; whoever asks for another is told which one that is.
  singletonKey: ({ tenant, day }) => `${tenant}/${day}`,
  // Tenants take turns, so that one with a thousand reports does not hold up the others.
  group: 'tenant',
  maxAttempts: 2,
  timeoutSeconds: 120,
  async execute(_, { tenant, day }) {
    return { report: `${tenant} on ${day}` };
  },
});
