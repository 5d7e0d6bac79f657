import {
  AI_PROVIDER_CIRCUIT,
  AI_PROVIDER_PREFIX,
  CIRCUITS,
  CIRCUITS_REPORTED,
  OWN_CIRCUIT,
  type CircuitChoice,
  type CircuitName,
  type CircuitReport,
  type CircuitSettings,
} from '../contract/circuits.ts';
import { createCircuitBreaker, type CircuitBreaker, type CircuitStatus, type FaultVerdict } from './circuit-breaker.ts';
import { judgeFault } from './judge-fault.ts';

export type Circuits = {
  /** The one circuit of that name in this registry; made when it is first asked for. */
  get(name: CircuitName): CircuitBreaker;
  /**
   * The circuit `ai_provider_<name>`. Names come from payloads: they are reduced to letters, digits and underscores, and
   * beyond 100 of them they share one circuit, so that no payload can grow the registry or a metrics page without end.
   */
  aiProvider(provider: string): CircuitBreaker;
  /** A circuit that only one room knows. The numbers of whoever asks first hold. */
  own(name: string, settings: CircuitSettings): CircuitBreaker;
  /** The circuit that a job's definition names. */
  chosen(choice: CircuitChoice): CircuitBreaker;
  /** A circuit by its name, if it is there already or its name says its numbers. */
  named(name: string): CircuitBreaker | undefined;
  /** What health, metrics and the dashboard show, in the order of creation. */
  statuses(): readonly CircuitStatus[];
};

const MOST_PROVIDERS = 100;
const PROVIDER_CHARACTERS = 64;

/** The circuits of one process. The process makes one registry and hands it to its halves, so that a name is one circuit. */
export function createCircuits(
  now: () => number = () => performance.now(),
  onVerdict: (name: string, verdict: FaultVerdict) => void = () => undefined,
): Circuits {
  const made = new Map<string, CircuitBreaker>();
  const isFixed = (name: string): name is CircuitName => Object.hasOwn(CIRCUITS, name);

  function own(name: string, settings: CircuitSettings): CircuitBreaker {
    const known = made.get(name);
    if (known !== undefined) return known;
    const circuit = createCircuitBreaker({
      ...settings,
      name,
      judge: judgeFault,
      now,
      onVerdict: (verdict) => onVerdict(name, verdict),
    });
    made.set(name, circuit);
    return circuit;
  }

  function aiProvider(provider: string): CircuitBreaker {
    const name = `${AI_PROVIDER_PREFIX}${plainName(provider)}`;
    const providers = [...made.keys()].filter((each) => each.startsWith(AI_PROVIDER_PREFIX)).length;
    return own(made.has(name) || providers < MOST_PROVIDERS ? name : `${AI_PROVIDER_PREFIX}other`, AI_PROVIDER_CIRCUIT);
  }

  return {
    get: (name) => own(name, CIRCUITS[name]),
    aiProvider,
    own,
    chosen(choice) {
      if (typeof choice === 'string') {
        return isFixed(choice) ? own(choice, CIRCUITS[choice]) : aiProvider(choice.slice(AI_PROVIDER_PREFIX.length));
      }
      const { name, failures, recoverySeconds, timeoutSeconds } = { ...OWN_CIRCUIT, ...choice };
      return own(name, { failures, recoveryMs: recoverySeconds * 1000, timeoutMs: timeoutSeconds * 1000 });
    },
    named: (name) =>
      made.get(name) ??
      (isFixed(name) ? own(name, CIRCUITS[name]) : undefined) ??
      (name.startsWith(AI_PROVIDER_PREFIX) ? aiProvider(name.slice(AI_PROVIDER_PREFIX.length)) : undefined),
    statuses: () => [...made.values()].map((circuit) => circuit.status()),
  };
}

/** What a worker tells the API of its circuits: those in trouble first, should there ever be too many to tell. */
export function reportOf(circuits: Circuits): CircuitReport[] {
  const { open, closed } = Object.groupBy(circuits.statuses(), ({ state }) => (state === 'closed' ? 'closed' : 'open'));
  return [...(open ?? []), ...(closed ?? [])].slice(0, CIRCUITS_REPORTED).map((each) => ({
    name: each.name,
    state: each.state,
    failures: each.failures,
    opensAfter: each.settings.failures,
    recoverySeconds: each.settings.recoveryMs / 1000,
    ...(each.nextProbeInMs === undefined ? {} : { nextProbeInSeconds: Math.round(each.nextProbeInMs / 100) / 10 }),
  }));
}

function plainName(provider: string): string {
  const plain = provider
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, PROVIDER_CHARACTERS);
  return plain === '' ? 'unnamed' : plain;
}
