import type { BulkVerb } from '../../contract/job-bulk.ts';

export type VerbLook = {
  readonly verb: BulkVerb;
  readonly word: string;
  /** What it has done once it has: `12 jobs retried`. */
  readonly past: string;
  readonly look?: 'pri' | 'bad';
  /** What becomes of the jobs. */
  readonly means: string;
  /** Which jobs it can be done to. */
  readonly to: string;
};

/** What can be done to many jobs, in the order in which people need it. */
export const VERBS: readonly VerbLook[] = [
  {
    ...{ verb: 'retry', word: 'Retry', past: 'retried', look: 'pri', to: 'failed or cancelled' },
    means: 'Each gets another attempt at once, behind what is ready already.',
  },
  {
    ...{ verb: 'cancel', word: 'Cancel', past: 'cancelled', to: 'unfinished' },
    means:
      'Those that wait do not run. Those that run are stopped with their worker’s next heartbeat; what they have not stored is lost.',
  },
  {
    ...{ verb: 'move', word: 'Move', past: 'moved', to: 'waiting' },
    means: 'They keep their place by age and priority. A job with a singleton key stays where it is.',
  },
  {
    ...{ verb: 'priority', word: 'Priority', past: 're-prioritised', to: 'waiting' },
    means: 'Of the jobs that are ready in a queue the highest priority is claimed first.',
  },
  {
    ...{ verb: 'delete', word: 'Delete', past: 'deleted', look: 'bad', to: 'not running' },
    means: 'They are gone, with their input, and this cannot be undone. What their attempts did stays.',
  },
];

export function verbLook(verb: string | null | undefined): VerbLook | undefined {
  return VERBS.find((each) => each.verb === verb);
}
