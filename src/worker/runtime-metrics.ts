import type { RuntimeChecks } from '../runtime/index.ts';
import type { Metric } from '../web/index.ts';

const OPENNESS = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** What a scraper learns of the polling half. */
export function runtimeMetrics(checks: RuntimeChecks): readonly Metric[] {
  const { waiting, running, stuck } = checks.counts();
  return [
    {
      name: 'powernode_worker_slots',
      help: 'Jobs that this worker can run at once.',
      type: 'gauge',
      samples: [{ value: checks.slots }],
    },
    {
      name: 'powernode_worker_jobs',
      help: 'Claimed jobs in this process: running, waiting for a slot, or stuck in a handler that ignores its signal.',
      type: 'gauge',
      samples: Object.entries({ running, waiting, stuck }).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'powernode_worker_runs_total',
      help: 'Runs that ended in this process, by how they ended.',
      type: 'counter',
      samples: Object.entries(checks.totals()).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    {
      name: 'powernode_worker_event_loop_stalls_total',
      help: 'How often a job has blocked the event loop of this process for more than a second.',
      type: 'counter',
      samples: [...checks.stalls()].map(([job, value]) => ({ labels: { job }, value })),
    },
    {
      name: 'powernode_worker_claiming',
      help: 'Whether this worker takes jobs: 1 when it does, 0 while it starts, drains or was asked to be quiet.',
      type: 'gauge',
      samples: [{ value: checks.state() === 'running' ? 1 : 0 }],
    },
    {
      name: 'powernode_worker_api_circuit_open',
      help: 'Whether the circuit of the jobs refuses calls to the API: 0 closed, 0.5 half-open, 1 open.',
      type: 'gauge',
      samples: [{ value: OPENNESS[checks.circuit().state] }],
    },
  ];
}
