import { CIRCUITS, type CircuitReport, type CircuitState, type FleetCircuit } from '../../contract/circuits.ts';
import type { WorkerView } from '../../contract/worker.ts';

type Reporting = Pick<WorkerView, 'id' | 'status' | 'circuits'>;
type Said = FleetCircuit['workers'][number];

const SEVERITY: readonly CircuitState[] = ['open', 'half-open', 'closed'];

/**
 * The circuits of the whole fleet, the worst first. Circuits belong to processes: one worker may see a backend that
 * another does not reach. Those with a fixed name are there also before anybody has used them; who is offline says nothing.
 */
export function foldCircuits(workers: readonly Reporting[]): FleetCircuit[] {
  const known = Object.entries(CIRCUITS).map(([name, { failures, recoveryMs }]): FleetCircuit => {
    return { name, state: 'closed', opensAfter: failures, recoverySeconds: recoveryMs / 1000, workers: [] };
  });
  const byName = new Map(known.map((circuit) => [circuit.name, circuit]));
  for (const { id, status, circuits = [] } of workers) {
    if (status === 'offline') continue;
    for (const report of circuits) byName.set(report.name, withReport(byName.get(report.name), id, report));
  }
  return [...byName.values()].sort((a, b) => severity(a) - severity(b) || a.name.localeCompare(b.name, 'en'));
}

function withReport(before: FleetCircuit | undefined, id: string, report: CircuitReport): FleetCircuit {
  const { name, opensAfter, recoverySeconds, ...said } = report;
  const workers = [...(before?.workers ?? []), { id, ...said } satisfies Said].sort(
    (a, b) => severity(a) - severity(b),
  );
  return { name, opensAfter, recoverySeconds, state: workers[0]?.state ?? 'closed', workers };
}

function severity({ state }: Pick<Said, 'state'>): number {
  return SEVERITY.indexOf(state);
}
