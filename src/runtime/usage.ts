import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Usage } from '../contract/worker.ts';

export type UsageMeter = {
  /** What this process used since the last reading. */
  read(): Usage;
  stop(): void;
};

const RESOLUTION_MS = 20;

/** Memory now, CPU as a share of one core, and the longest delay of the event loop since the last reading. */
export function createUsageMeter(now: () => number = () => performance.now()): UsageMeter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let cpu = process.cpuUsage();
  let atMs = now();

  return {
    read() {
      const spent = process.cpuUsage(cpu);
      const elapsedMs = Math.max(1, now() - atMs);
      // The histogram measures the time between two ticks; what exceeds the tick itself is the lag.
      const lagMs = delay.count === 0 ? 0 : Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
      delay.reset();
      cpu = process.cpuUsage();
      atMs = now();
      return {
        rssBytes: process.memoryUsage.rss(),
        cpuPercent: round((spent.user + spent.system) / 10 / elapsedMs),
        eventLoopLagMs: round(lagMs),
      };
    },
    stop: () => delay.disable(),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
