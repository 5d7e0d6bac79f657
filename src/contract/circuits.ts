import { z } from 'zod';

export type CircuitSettings = {
  /** Consecutive counted failures that open the circuit. */
  readonly failures: number;
  /** How long an open circuit refuses before it lets one probe through, from the last counted failure. */
  readonly recoveryMs: number;
  /** The longest that one call may take, its own retries included. */
  readonly timeoutMs: number;
};

/** The circuits that have a fixed name, and their numbers. One circuit never stops another's calls. */
export const CIRCUITS = {
  backend_api: { failures: 15, recoveryMs: 60_000, timeoutMs: 120_000 },
  web_auth_api: { failures: 10, recoveryMs: 60_000, timeoutMs: 15_000 },
  /** Executions of workflows and missions. */
  workflow_execution: { failures: 5, recoveryMs: 120_000, timeoutMs: 600_000 },
} as const satisfies Record<string, CircuitSettings>;
export type CircuitName = keyof typeof CIRCUITS;

/** Each provider of language models has a circuit of its own with these numbers. */
export const AI_PROVIDER_CIRCUIT = {
  failures: 5,
  recoveryMs: 120_000,
  timeoutMs: 600_000,
} as const satisfies CircuitSettings;
export const AI_PROVIDER_PREFIX = 'ai_provider_';

/** What a circuit of a job author's own has where it says nothing else. */
export const OWN_CIRCUIT = { failures: 5, recoverySeconds: 60, timeoutSeconds: 30 } as const;

export type OwnCircuit = {
  readonly name: string;
  readonly failures?: number;
  readonly recoverySeconds?: number;
  readonly timeoutSeconds?: number;
};

/** What a job names as its circuit: one that is there anyhow, or one of its own, which other jobs may share by its name. */
export type CircuitChoice = CircuitName | `${typeof AI_PROVIDER_PREFIX}${string}` | OwnCircuit;

const circuitName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,79}$/, 'expected a name of a-z, 0-9 and _, at most 80 characters, beginning with a letter');
const ownName = circuitName.refine(
  (name) => !(name in CIRCUITS) && name !== 'platform_api' && !name.startsWith(AI_PROVIDER_PREFIX),
  'expected a name that no other circuit has',
);

/** Refuses a name that cannot be shown, and numbers that would never open or never close a circuit. */
export const circuitChoice = z.union([
  z.enum(['backend_api', 'web_auth_api', 'workflow_execution']),
  circuitName.startsWith(AI_PROVIDER_PREFIX),
  z.strictObject({
    name: ownName,
    failures: z.number().int().min(1).max(1000).optional(),
    recoverySeconds: z.number().min(1).max(86_400).optional(),
    timeoutSeconds: z.number().min(0.1).max(86_400).optional(),
  }),
]);

export const circuitState = z.enum(['closed', 'open', 'half-open']);
export type CircuitState = z.infer<typeof circuitState>;

/** What a worker says of one of its circuits with each heartbeat. */
export const circuitReport = z.object({
  name: z.string().min(1).max(100),
  state: circuitState,
  /** Counted failures in a row, and how many open it. */
  failures: z.number().int().min(0),
  opensAfter: z.number().int().min(1),
  recoverySeconds: z.number().min(0),
  /** While open: until one call may probe. */
  nextProbeInSeconds: z.number().min(0).optional(),
});
export type CircuitReport = z.infer<typeof circuitReport>;
export const CIRCUITS_REPORTED = 128;

/** One circuit as the whole fleet sees it. */
export const fleetCircuit = z.object({
  name: z.string(),
  /** The worst that any worker says of it. */
  state: circuitState,
  opensAfter: z.number(),
  recoverySeconds: z.number(),
  /** Workers that have used it since they started, the open ones first. */
  workers: z.array(
    z.object({
      id: z.string(),
      state: circuitState,
      failures: z.number(),
      nextProbeInSeconds: z.number().optional(),
    }),
  ),
});
export type FleetCircuit = z.infer<typeof fleetCircuit>;
