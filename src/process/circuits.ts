import { BridgeCallError } from './bridge-error.ts';
import { DeadlineExceeded } from './call-deadline.ts';
import {
  createCircuitBreaker,
  type CircuitBreaker,
  type CircuitSettings,
  type CircuitStatus,
  type FaultVerdict,
} from './circuit-breaker.ts';

/** The circuits that have a fixed name, and their numbers. One circuit never stops another's calls. */
export const CIRCUITS = {
  backend_api: { failures: 15, recoveryMs: 60_000, timeoutMs: 120_000 },
  web_auth_api: { failures: 10, recoveryMs: 60_000, timeoutMs: 15_000 },
  /** Executions of workflows and missions. */
  workflow_execution: { failures: 5, recoveryMs: 120_000, timeoutMs: 600_000 },
} as const satisfies Record<string, CircuitSettings>;

/** Each provider of language models has a circuit of its own with these numbers. */
export const AI_PROVIDER_CIRCUIT = {
  failures: 5,
  recoveryMs: 120_000,
  timeoutMs: 600_000,
} as const satisfies CircuitSettings;

export type CircuitName = keyof typeof CIRCUITS;

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
  /** What health, metrics and the dashboard show, in the order of creation. */
  statuses(): readonly CircuitStatus[];
};

const MOST_PROVIDERS = 100;
const PROVIDER_CHARACTERS = 64;
const AI_PREFIX = 'ai_provider_';

/** The circuits of one process. The process makes one registry and hands it to its halves, so that a name is one circuit. */
export function createCircuits(now: () => number = () => performance.now()): Circuits {
  const made = new Map<string, CircuitBreaker>();

  function own(name: string, settings: CircuitSettings): CircuitBreaker {
    const known = made.get(name);
    if (known !== undefined) return known;
    const circuit = createCircuitBreaker({ ...settings, name, judge: judgeFault, now });
    made.set(name, circuit);
    return circuit;
  }

  return {
    get: (name) => own(name, CIRCUITS[name]),
    aiProvider(provider) {
      const name = `${AI_PREFIX}${plainName(provider)}`;
      const providers = [...made.keys()].filter((each) => each.startsWith(AI_PREFIX)).length;
      return own(made.has(name) || providers < MOST_PROVIDERS ? name : `${AI_PREFIX}other`, AI_PROVIDER_CIRCUIT);
    },
    own,
    statuses: () => [...made.values()].map((circuit) => circuit.status()),
  };
}

/**
 * What counts against a circuit: no answer, an answer too late, 408 and every status from 500 on. An answer below that
 * shows that the far side is there, whatever it says. A time-out that a client has turned into 408 counts too.
 */
export function judgeFault(error: unknown): FaultVerdict {
  if (error instanceof DeadlineExceeded) return 'down';
  if (!(error instanceof BridgeCallError)) return 'unknown';
  if (error.status === undefined || error.status === 408 || error.status >= 500) return 'down';
  return 'up';
}

function plainName(provider: string): string {
  const plain = provider
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, PROVIDER_CHARACTERS);
  return plain === '' ? 'unnamed' : plain;
}
