import { z } from 'zod';
import { claimedJob } from '../../contract/job.ts';
import { metricSample } from '../../contract/metrics.ts';
import { outcome, type Outcome } from '../../contract/settlement.ts';
import { progress } from '../../contract/worker.ts';
import type { InterruptionKind } from '../interruption.ts';

const KINDS = ['timeout', 'cancelled', 'lost', 'lapsed', 'shutdown', 'waited'] as const satisfies InterruptionKind[];

/** From the worker to the process of one run. */
export const toProcess = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    job: claimedJob,
    baseUrl: z.string(),
    workerId: z.string(),
    workdir: z.string(),
    /** The circuits of the worker that refuse calls now. */
    open: z.array(z.string()),
  }),
  z.object({ type: z.literal('abort'), kind: z.enum(KINDS), message: z.string() }),
]);
export type ToProcess = z.infer<typeof toProcess>;
export type RunOrder = Extract<ToProcess, { type: 'run' }>;

/** And back. What the handler asks of the API it asks itself, with the attempt's token. */
export const fromProcess = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('circuit'), name: z.string(), verdict: z.enum(['down', 'up', 'unknown']) }),
  z.object({ type: z.literal('metric'), sample: metricSample.omit({ ageSeconds: true }) }),
  z.object({ type: z.literal('end'), outcome }),
]);
export type FromProcess = z.input<typeof fromProcess>;

/** How a run ended that was translated where it ran. */
export class SettledElsewhere extends Error {
  override readonly name = 'SettledElsewhere';
  readonly outcome: Outcome;
  constructor(settled: Outcome) {
    super(settled.type === 'failed' ? settled.error.message : `the run was ${settled.type}`);
    this.outcome = settled;
  }
}
