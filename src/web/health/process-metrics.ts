import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CircuitStatus } from '../../process/circuit-breaker.ts';
import { VERSION } from '../../process/version.ts';
import type { Metric } from './metrics-text.ts';

const NS_IN_SECOND = 1e9;
const US_IN_SECOND = 1e6;
const RESOLUTION_MS = 10;

export type ProcessMetrics = {
  read(circuits: readonly CircuitStatus[]): Metric[];
  /** 99th percentile since the last reading, in milliseconds. */
  eventLoopLagMs(): number;
  stop(): void;
};

/** What any process says of itself: memory, CPU, how late its event loop is, which circuits are open. */
export function createProcessMetrics(): ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // What is measured is the whole interval between two timers, of which the interval itself is not late.
  const lagMs = (percentile: number) =>
    Math.max(0, (delay.percentile(percentile) / NS_IN_SECOND) * 1000 - RESOLUTION_MS);
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: [{ value }],
  });

  return {
    read(circuits) {
      const memory = process.memoryUsage();
      const cpu = process.cpuUsage();
      const metrics: Metric[] = [
        {
          name: 'powernode_build_info',
          help: 'Always 1; the labels say what runs.',
          type: 'gauge',
          samples: [{ labels: { version: VERSION, node: process.version }, value: 1 }],
        },
        {
          name: 'process_cpu_seconds_total',
          help: 'CPU time, user and system.',
          type: 'counter',
          samples: [{ value: (cpu.user + cpu.system) / US_IN_SECOND }],
        },
        gauge(
          'process_start_time_seconds',
          'Start of the process since the epoch.',
          Date.now() / 1000 - process.uptime(),
        ),
        gauge('process_resident_memory_bytes', 'Resident memory.', memory.rss),
        gauge('nodejs_heap_used_bytes', 'Heap in use.', memory.heapUsed),
        {
          name: 'nodejs_eventloop_lag_seconds',
          help: 'How late timers fired since the last reading, by quantile.',
          type: 'gauge',
          samples: [50, 99, 100].map((percentile) => ({
            labels: { quantile: String(percentile / 100) },
            value: lagMs(percentile) / 1000,
          })),
        },
        {
          name: 'powernode_circuit_open',
          help: 'Whether a circuit refuses calls: 0 closed, 0.5 half-open, 1 open.',
          type: 'gauge',
          samples: circuits.map(({ name, state }) => ({ labels: { circuit: name }, value: OPENNESS[state] })),
        },
      ];
      delay.reset();
      return metrics;
    },
    eventLoopLagMs: () => lagMs(99),
    stop: () => void delay.disable(),
  };
}

const OPENNESS = { closed: 0, 'half-open': 0.5, open: 1 } as const;
