import { createHash, randomUUID } from 'node:crypto';
import { RUNAWAY_DEFAULTS, type RunawayMode, type RunawayTerms } from '../../../contract/catalogue/runaway.ts';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { Outcome } from '../../../contract/settlement.ts';
import type { AttemptRef } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import type { Claimed } from '../claimed-row.ts';
import type { JobEnvelope } from '../envelope.ts';
import { jobKey } from '../job-key.ts';
import { createExecutionCounts } from './execution-counts.ts';
import type { Verdict } from './hold.ts';
import { createExecutionReader, shareExecutions } from './share-executions.ts';

export type RunawayDeps = {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readonly channel: string;
  readonly mode: RunawayMode;
};

/** A key is kept in leases and tables; what a payload puts into it must not make them grow. */
const LONGEST_KEY = 64;

/**
 * Finds jobs that run in a loop: too many executions of one job key within a minute ban the key for a while, many
 * within five minutes delay a run. An execution counts when its handler returned; failures, releases and runs that say
 * they skipped do not, and neither do jobs whose name the API does not know.
 */
export function createRunawayGuard({ pool, catalogue, channel, mode }: RunawayDeps) {
  const counts = createExecutionCounts();
  const replica = randomUUID();
  const readOthers = createExecutionReader(pool, replica);

  function termsOf(name: string): RunawayTerms | undefined {
    const declaration = mode === 'off' ? undefined : catalogue.find(name);
    const said = mode === 'all' ? (declaration?.runaway ?? {}) : declaration?.runaway;
    if (declaration === undefined || said === undefined || said === false) return undefined;
    return { ...RUNAWAY_DEFAULTS, ...said };
  }

  return {
    /** What counts as the same job again, without its name; undefined for a job that is not guarded. */
    keyOf({ name, payload }: JobEnvelope): string | undefined {
      if (termsOf(name) === undefined) return undefined;
      const key = jobKey(name, payload ?? {}).slice(name.length + 1);
      return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('hex').slice(0, 16);
    },
    /** Whether this run would be one too many: then its key is banned, or this run delayed once. */
    judge({ ref, envelope }: Claimed): Verdict | undefined {
      if (ref.loopKey === undefined) return undefined;
      const key = fullKey(ref);
      const lately = counts.lately(key);
      if (lately === undefined) return undefined;
      const terms = termsOf(ref.name);
      if (terms === undefined) return undefined;
      if (lately.minute >= terms.perMinute) {
        const detail = { executions: lately.minute, windowSeconds: 60, jobId: ref.jobId, workerId: ref.workerId };
        return { reason: { kind: 'runaway', key, queue: '', name: ref.name, seconds: terms.banSeconds, detail } };
      }
      const isOften = lately.fiveMinutes >= terms.perFiveMinutes && envelope.meta?.delayed !== true;
      return isOften ? { delaySeconds: terms.delaySeconds } : undefined;
    },
    ended(ref: AttemptRef, outcome: Outcome): void {
      if (ref.loopKey === undefined || outcome.type !== 'completed' || hasSkipped(outcome.output)) return;
      counts.executed(fullKey(ref));
    },
    forget: counts.forget,
    /** Tells the others what came again here; nothing to tell costs nothing. */
    async share(): Promise<void> {
      const told = counts.takeUnshared();
      if (told.length > 0) await shareExecutions(pool, { replica, channel }, told);
      counts.prune();
    },
    async hearOthers(): Promise<void> {
      if (mode !== 'off') counts.heard(await readOthers());
    },
    forgetEverywhere: (key: string) => pool.query('DELETE FROM worker_api.key_execution WHERE key = $1', [key]),
  };
}

export function fullKey({ name, loopKey = '' }: Pick<AttemptRef, 'name' | 'loopKey'>): string {
  return `${name}:${loopKey}`;
}

function hasSkipped(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'skipped' in output && output.skipped === true;
}
