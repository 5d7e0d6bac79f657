import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FleetCircuit } from '../../contract/circuits.ts';
import { exposeMetrics } from '../backend/metrics/expose-metrics.ts';
import type { Pool } from '../db/pool.ts';
import type { Engine } from '../queue/engine.ts';

const delay = monitorEventLoopDelay({ resolution: 20 });
delay.enable();

type QueueGauge = { readonly name: string; readonly ready: number; readonly active: number; readonly failed: number };

/** A scraper waits 10 s; a database that hangs must be told of before that. */
const PATIENCE_MS = 2_000;

/** Prometheus text. Queue gauges come from pg-boss's cached counts, so that a scrape never scans the job table. */
export async function bridgeMetrics(
  engine: Engine,
  pool: Pool,
  readCircuits: () => Promise<readonly FleetCircuit[]>,
): Promise<string> {
  const lines: string[] = [];
  const gauge = (name: string, help: string, samples: readonly (readonly [string, number])[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${String(value)}`);
  };
  gauge('powernode_api_up', 'Whether the process answers.', [['', 1]]);
  gauge('powernode_api_resident_bytes', 'Resident memory.', [['', process.memoryUsage.rss()]]);
  gauge('powernode_api_event_loop_delay_seconds', 'Event loop delay, 99th percentile since start.', [
    ['', delay.percentile(99) / 1e9],
  ]);
  gauge('powernode_api_parked_claims', 'Claims that wait for jobs.', [['', engine.parked()]]);
  gauge('powernode_api_leases', 'Leases known to this process.', [['', engine.book.size()]]);
  gauge('powernode_api_listening', 'Whether the LISTEN connection stands.', [['', engine.isListening() ? 1 : 0]]);
  gauge('powernode_api_database_connections', 'Connections of the pool.', [
    ['{state="total"}', pool.totalCount],
    ['{state="idle"}', pool.idleCount],
    ['{state="waiting"}', pool.waitingCount],
  ]);
  const late = new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), PATIENCE_MS).unref());
  const [queues, circuits = []] = await Promise.all([
    Promise.race([readQueueGauges(pool).catch(() => undefined), late]),
    Promise.race([readCircuits().catch(() => undefined), late]),
  ]);
  gauge('powernode_database_up', 'Whether the queue counts could be read.', [['', queues === undefined ? 0 : 1]]);
  for (const state of ['ready', 'active', 'failed'] as const) {
    const samples = (queues ?? []).map((queue) => [`{queue="${queue.name}"}`, queue[state]] as const);
    gauge(`powernode_queue_${state}_jobs`, `Jobs of a queue that are ${state}, counted by the supervisor.`, samples);
  }
  gauge('powernode_fleet_circuit_workers', 'Workers by what they say of a circuit.', circuits.flatMap(workersByState));
  const ofJobs = await exposeMetrics(pool).catch(() => '');
  return `${lines.join('\n')}\n${ofJobs}`;
}

const STATES = ['closed', 'half-open', 'open'] as const;

/** Names come from workers: what could leave its label is left out, the declared names never could. */
function workersByState({ name, workers }: FleetCircuit): (readonly [string, number])[] {
  const label = name.replace(/[^A-Za-z0-9_.:-]/g, '_');
  return STATES.map((state) => [
    `{circuit="${label}",state="${state}"}`,
    workers.filter((worker) => worker.state === state).length,
  ]);
}

async function readQueueGauges(pool: Pool): Promise<QueueGauge[]> {
  const found = await pool.query<QueueGauge>(
    `SELECT name, ready_count::int AS ready, active_count::int AS active,
            failed_count::int AS failed FROM pgboss.queue ORDER BY name`,
  );
  return found.rows;
}
