import type { createProducer } from '../../wire/support/actors.ts';
import { until } from '../../wire/support/until.ts';

/** What a worker of spawn-worker.ts is to do, see worker-program.ts. */
export const does = (wish: string) => ({ payload: { processing_job_id: wish } });

/** Waits for what becomes of jobs, as their producer sees them. */
export function watchJobs(producer: ReturnType<typeof createProducer>) {
  return {
    ended: (queue: string, id: string, withinMs: number) =>
      until('the job to have ended', withinMs, async () => {
        const job = await producer.view(queue, id);
        return ['completed', 'failed', 'cancelled'].includes(job.state) && job;
      }),
    /** The claim is confirmed: its progress came with a heartbeat that named the lease. */
    confirmed: (queue: string, id: string) =>
      until('a heartbeat for the job', 10_000, async () => (await producer.view(queue, id)).progress?.percent === 1),
  };
}
