import { z } from 'zod';
import { circuitChoice } from '../circuits.ts';
import { describeIssue } from '../describe-issue.ts';
import { LIMITS } from '../limits.ts';
import { queueWeight } from '../queues.ts';
import type { JobDeclaration } from './declare-job.ts';

const LONGEST_TIMEOUT_SECONDS = 24 * 3600;
/** A process that has loaded the product's own jobs holds about 150 MiB before it runs one. */
const MEMORY_MB = { least: 192, most: 1024 * 1024 } as const;

/** Of each key so many executions are remembered; a threshold beyond would never be met. */
const MOST_EXECUTIONS = 20;

const MOST_CHILDREN = 1_000_000;

const schema = z.looseObject({
  name: z.string().min(1, 'expected a name of 1 to 200 characters').max(200, 'expected a name of 1 to 200 characters'),
  queue: z.string().refine((name) => queueWeight(name) !== undefined, {
    error: ({ input }) => `expected a declared queue, got ${String(input)}`,
  }),
  payload: z.instanceof(z.ZodType, { error: 'expected a zod schema, got something else' }),
  priority: whole('priority', LIMITS.priorityLowest, LIMITS.priorityHighest).optional(),
  singletonKey: payloadKey().optional(),
  group: payloadKey().optional(),
  maxAttempts: whole('maxAttempts', 1, LIMITS.maxAttempts),
  timeoutSeconds: whole('timeoutSeconds', 1, LONGEST_TIMEOUT_SECONDS),
  retry: z.looseObject({ kind: z.enum(['standard', 'none']) }),
  grants: z.array(z.enum(['files', 'children'])),
  isolate: z.literal('process').optional(),
  memoryLimitMb: whole('memoryLimitMb', MEMORY_MB.least, MEMORY_MB.most).optional(),
  circuit: circuitChoice.optional(),
  spawn: z
    .looseObject({
      maxDepth: whole('maxDepth', 0, MOST_CHILDREN).optional(),
      perAttempt: whole('perAttempt', 0, MOST_CHILDREN).optional(),
      perRootMinute: whole('perRootMinute', 0, MOST_CHILDREN).optional(),
    })
    .optional(),
  labels: z.record(z.string().min(1).max(64), z.string().max(255)).optional(),
  runaway: z
    .union([
      z.literal(false),
      z.looseObject({
        perMinute: whole('perMinute', 1, MOST_EXECUTIONS).optional(),
        perFiveMinutes: whole('perFiveMinutes', 1, MOST_EXECUTIONS).optional(),
        banSeconds: whole('banSeconds', 1, LONGEST_TIMEOUT_SECONDS).optional(),
        delaySeconds: whole('delaySeconds', 1, 3600).optional(),
      }),
    ])
    .optional(),
  concurrency: z
    .looseObject({
      perWorker: whole('perWorker', 1, LIMITS.runningJobs).optional(),
      perKey: z.looseObject({ key: payloadKey(), limit: whole('limit', 1, LIMITS.runningJobs) }).optional(),
    })
    .optional(),
});

/** Everything that is wrong with one declaration, in words that begin with its name. */
export function jobFaults(declaration: JobDeclaration): string[] {
  const { name, isolate, memoryLimitMb } = declaration;
  const parsed = schema.safeParse(declaration, { error: describeIssue });
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.') || 'job'}: ${message}`);
  if (memoryLimitMb !== undefined && isolate === undefined)
    faults.push("expected isolate: 'process' beside memoryLimitMb, got nothing");
  return faults.map((fault) => `${name}: ${fault}`);
}

/** Two jobs that share a circuit of their own must mean the same one; every one that differs from the first is named. */
export function circuitConflicts(declarations: readonly JobDeclaration[]): string[] {
  const first = new Map<string, { readonly job: string; readonly numbers: string }>();
  return declarations.flatMap(({ name: job, circuit }) => {
    if (circuit === undefined || typeof circuit === 'string') return [];
    const numbers = JSON.stringify([circuit.failures, circuit.recoverySeconds, circuit.timeoutSeconds]);
    const known = first.get(circuit.name);
    if (known === undefined) first.set(circuit.name, { job, numbers });
    if (known === undefined || known.numbers === numbers) return [];
    return [`${job}: expected the numbers of ${known.job} for the circuit ${circuit.name}, got others`];
  });
}

function payloadKey() {
  return z.union([z.string().min(1), z.function()], { error: 'expected a field of the payload or a function' });
}

function whole(field: string, least: number, most: number) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `expected ${field} ${String(least)} to ${String(most)}, got ${String(input)}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}
