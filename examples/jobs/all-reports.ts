import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';
import { tenantReport } from './tenant-report.ts';

/** Enqueues a job for each tenant, once however many attempts it takes itself: the key sees to that. */
export const allReports = defineJob({
  name: 'examples.all-reports',
  queue: 'reports',
  payload: z.object({ day: z.iso.date(), tenants: z.array(z.string()).max(500) }),
  grants: ['children'],
  spawn: { maxDepth: 1 },
  async execute(ctx, { day, tenants }) {
    const jobs = [];
    for (const tenant of tenants) {
      const { id } = await ctx.enqueue(tenantReport, { tenant, day }, { key: tenant });
      jobs.push(id);
    }
    return { jobs };
  },
});
