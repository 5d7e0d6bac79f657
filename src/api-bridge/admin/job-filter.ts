import type { z } from 'zod';
import type { jobListQuery } from '../../contract/operator.ts';

type State = NonNullable<z.infer<typeof jobListQuery>['state']>;

export type JobFilter = {
  readonly queues: readonly string[];
  readonly state?: State | undefined;
  readonly name?: string | undefined;
};

/** People say ready and waiting, pg-boss says created: a job that is due and not blocked is ready. */
const CONDITIONS: Readonly<Record<State, string>> = {
  created: `j.state = 'created'`,
  ready: `j.state = 'created' AND j.start_after <= now() AND NOT j.blocked`,
  waiting: `j.state = 'created' AND (j.start_after > now() OR j.blocked)`,
  retry: `j.state = 'retry'`,
  active: `j.state = 'active'`,
  completed: `j.state = 'completed'`,
  cancelled: `j.state = 'cancelled'`,
  failed: `j.state = 'failed'`,
};

/** The condition on a job `j`; `name` is given as the parameter `$name`, null when any name will do. */
export function conditionOf({ state }: JobFilter, name: `$${number}`): string {
  const byState = state === undefined ? 'true' : CONDITIONS[state];
  return `${byState} AND (${name}::text IS NULL OR j.data->>'name' = ${name})`;
}

/** Which stretches of a large table can hold what is asked for. */
export function stretchesOf({ state }: JobFilter): ReadonlySet<'pending' | 'running' | 'ended'> {
  switch (state) {
    case undefined:
      return new Set(['pending', 'running', 'ended']);
    case 'created':
    case 'ready':
    case 'waiting':
    case 'retry':
      return new Set(['pending']);
    case 'active':
      return new Set(['running']);
    case 'completed':
    case 'cancelled':
    case 'failed':
      return new Set(['ended']);
  }
}
