import type { CircuitState, FleetCircuit } from '../../contract/circuits.ts';
import { State, type Look } from '../parts/state.tsx';
import { duration, listed, plural } from '../parts/words.ts';

const LOOKS: Readonly<Record<CircuitState, Look>> = {
  closed: { word: 'Closed', tone: 'ok', icon: 'closed' },
  open: { word: 'Open', tone: 'open', icon: 'open' },
  'half-open': { word: 'Half-open', tone: 'half', icon: 'half' },
};
const NAMED = 3;

/** Every circuit that a worker has used, the worst first. */
export function CircuitTable({ circuits }: { circuits: readonly FleetCircuit[] }) {
  const order = (circuit: FleetCircuit) => ['open', 'half-open', 'closed'].indexOf(circuit.state);
  const sorted = circuits.toSorted((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  return (
    <section class="sec">
      <h2>
        Circuits <small>a service that fails again and again is left alone for a while; 4xx answers do not count</small>
      </h2>
      {sorted.length === 0 ? (
        <p class="small mute">No online worker has called anything through a circuit yet.</p>
      ) : (
        <table class="flat stack tri">
          <caption class="sr">Circuits of the fleet</caption>
          <thead>
            <tr>
              <th scope="col" class="grow">
                Circuit
              </th>
              <th scope="col">State</th>
              <th scope="col" class="p2 wrap">
                Why
              </th>
              <th scope="col">Tries again</th>
              <th scope="col" class="num p2">
                Workers
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((circuit) => (
              <>
                <tr class={circuit.state === 'closed' ? undefined : 'pre'}>
                  <th scope="row" class="grow">
                    <b class="nm">{circuit.name}</b>
                  </th>
                  <td>
                    <State look={LOOKS[circuit.state]} />
                  </td>
                  <td class="p2 mute wrap" data-l="why">
                    {whyOf(circuit)}
                  </td>
                  <td data-l="tries again">{nextOf(circuit)}</td>
                  <td class="num p2" data-l="workers">
                    {circuit.workers.length}
                  </td>
                </tr>
                {circuit.state !== 'closed' && <ByWorker circuit={circuit} />}
              </>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What each worker says of a circuit that is not closed. */
function ByWorker({ circuit: { workers } }: { circuit: FleetCircuit }) {
  return (
    <tr class="sub">
      <td colspan={5}>
        <p class="small mute">
          {workers.map(({ id, state, failures, nextProbeInSeconds }, index) => (
            <>
              {index > 0 && ' · '}
              <a href={`/workers#${id}`}>{id}</a>
              {` ${LOOKS[state].word.toLowerCase()}, ${plural(failures, 'failure')}`}
              {nextProbeInSeconds !== undefined && `, probe in ${duration(nextProbeInSeconds * 1000)}`}
            </>
          ))}
        </p>
      </td>
    </tr>
  );
}

function whyOf({ state, workers, opensAfter }: FleetCircuit): string {
  const most = Math.max(0, ...workers.map((worker) => worker.failures));
  if (state === 'closed') return `${most} of ${opensAfter} failures in a row`;
  const tripped = workers.filter((worker) => worker.state !== 'closed');
  const names = tripped.slice(0, NAMED).map((worker) => worker.id);
  const more = tripped.length > NAMED ? [plural(tripped.length - NAMED, 'more')] : [];
  return `${plural(most, 'failure')} in a row on ${listed([...names, ...more])}`;
}

function nextOf({ state, workers, recoverySeconds }: FleetCircuit): string {
  if (state === 'closed') return `${duration(recoverySeconds * 1000)} after it opens`;
  const soonest = Math.min(...workers.flatMap((worker) => worker.nextProbeInSeconds ?? []));
  if (state === 'half-open' || !Number.isFinite(soonest)) return 'a probe is under way';
  return `probe in ${duration(soonest * 1000)}`;
}
