import type { JobContext, JobDefinition } from '../../jobs/index.ts';
import type { Logger } from '../../process/logger.ts';
import type { HeldJob } from '../held-job.ts';
import type { Workdir } from '../workdirs.ts';

/** One attempt on its way through the onion. */
export type Run = {
  readonly held: HeldJob;
  readonly definition: JobDefinition;
  readonly context: JobContext;
  /** The runtime's own words about this attempt; they are not kept with the job, as those of `context.log` are. */
  readonly log: Logger;
  readonly workdir: Workdir;
  /** As it came until check-payload has parsed it. */
  readonly payload: unknown;
};

export type Step = (run: Run) => Promise<unknown>;
/** One concern around every attempt: it calls `next` once, or throws. */
export type Middleware = (run: Run, next: Step) => Promise<unknown>;

/** The onion: the first middleware is the outermost layer, `core` is what they are wrapped around. */
export function compose(layers: readonly Middleware[], core: Step): Step {
  return layers.reduceRight<Step>((next, layer) => (run) => layer(run, next), core);
}
