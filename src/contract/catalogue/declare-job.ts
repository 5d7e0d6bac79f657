import type { z } from 'zod';
import type { Concurrency } from './concurrency.ts';
import type { PayloadKey } from './payload-key.ts';
import type { RunawayTerms } from './runaway.ts';
import type { SpawnTerms } from './spawn.ts';
import type { CircuitChoice } from '../circuits.ts';

/** What an attempt may be granted beyond its own progress, logs, steps, locks and idempotency marks. */
export type Grant = 'files' | 'children';

export type RetryPolicy = {
  /** `standard`: 30, 60, 180, then 300 s after an API error; count⁴ + 15 + jitter after any other. `none`: never. */
  readonly kind: 'standard' | 'none';
};

/** All that the API and the workers must agree on about a job before one line of it runs. */
export type JobDeclaration<Payload extends z.ZodType = z.ZodType> = {
  readonly name: string;
  readonly queue: string;
  readonly payload: Payload;
  /** Higher first; 0 unless said otherwise. What is said when the job is enqueued counts more, here and in the next two. */
  readonly priority?: number;
  /** At most one job of the same key and queue is queued or active: another one is told which. */
  readonly singletonKey?: PayloadKey;
  /** Whose job it is, such as a tenant's: groups of a queue take turns. */
  readonly group?: PayloadKey;
  /** Attempts including the first. */
  readonly maxAttempts: number;
  /** A run that takes longer is aborted and counts as failed. Whole seconds, at most 24 hours. */
  readonly timeoutSeconds: number;
  readonly retry: RetryPolicy;
  readonly grants: readonly Grant[];
  /** While it is open, no run of the job begins: it waits for the next probe, and burns no attempt. */
  readonly circuit?: CircuitChoice;
  /** Only a worker that has registered with all of these labels is given the job. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * When jobs of one key are taken for a loop and stopped; `{}`: by RUNAWAY_DEFAULTS; `false`: never. Unsaid: only in a
   * deployment that guards all.
   */
  readonly runaway?: Partial<RunawayTerms> | false;
  /** How many of its runs there may be at once, on one worker and over the fleet. */
  readonly concurrency?: Concurrency;
  /** What the jobs that it enqueues may come to, when it is granted `children`. Unsaid terms are SPAWN_DEFAULTS. */
  readonly spawn?: Partial<SpawnTerms>;
  /** `process`: each run in a process of its own, which may block, crash or use up its memory without harm to others. */
  readonly isolate?: 'process';
  /** What that process may hold in memory, in MiB; over it, it is killed. 512 unless said otherwise. */
  readonly memoryLimitMb?: number;
  /** Paths of the payload and the output that nobody is shown, such as `card.number` or `rows.*.email`. */
  readonly redact?: readonly string[];
  /** The seed system's class name and the payload fields that its positional arguments fill, in order. */
  readonly seed?: { readonly jobClass: string; readonly args: readonly string[] };
};

type Needed = 'name' | 'queue' | 'payload';
/** What has to be said of a job, and what may be. */
export type JobChoices<Payload extends z.ZodType> = Pick<JobDeclaration<Payload>, Needed> &
  Partial<Omit<JobDeclaration<Payload>, Needed | 'singletonKey' | 'group'>> & {
    readonly singletonKey?: KeyOf<Payload>;
    readonly group?: KeyOf<Payload>;
  };
/** The same of a declaration that is complete already, whose functions have lost the type of their payload. */
type LooseChoices<Payload extends z.ZodType> = Pick<JobDeclaration<Payload>, Needed> &
  Partial<Omit<JobDeclaration<Payload>, Needed>>;
/** A field of the payload, or what gives the key of a payload that fits the schema. */
type KeyOf<Payload extends z.ZodType> = string | ((payload: z.input<Payload>) => string | undefined);

const DEFAULTS = { maxAttempts: 4, timeoutSeconds: 900, retry: { kind: 'standard' }, grants: [] } as const;

/** Completes a declaration with the defaults: 4 attempts, 15 minutes, the standard policy, no grants. */
export function declareJob<Payload extends z.ZodType>(choices: JobChoices<Payload>): JobDeclaration<Payload>;
export function declareJob<Payload extends z.ZodType>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- in one signature inline functions lose their types
  choices: JobChoices<Payload> | LooseChoices<Payload>,
): JobDeclaration<Payload>;
export function declareJob<Payload extends z.ZodType>(choices: LooseChoices<Payload>): JobDeclaration<Payload> {
  return Object.freeze({ ...DEFAULTS, ...choices });
}
