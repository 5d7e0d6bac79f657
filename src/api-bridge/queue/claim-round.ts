import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { compareExactly } from '../db/exact-time.ts';
import { withExactTimes, type Boss } from './boss.ts';
import { rememberClaim } from './claim-replay.ts';
import { readClaimed, refOf, type Claimed, type ClaimedRow } from './claimed-row.ts';
import { endFailed } from './fail.ts';
import type { JobHooks } from './hooks.ts';

/** One claim that takes part in a round. */
export type Claimant = { readonly workerId: string; readonly claimId: string | undefined; readonly limit: number };

export type RoundResult = {
  readonly claims: ReadonlyMap<Claimant, readonly Claimed[]>;
  /** Queues that had fewer jobs than asked for: nothing is ready there until somebody says so. */
  readonly dry: readonly string[];
};

/** A claimId in the round names a claim that exists already; the round took nothing. */
export class ClaimKnown extends Error {
  override readonly name = 'ClaimKnown';
  readonly claimant: Claimant;
  constructor(claimant: Claimant) {
    super('the claim is known already');
    this.claimant = claimant;
  }
}

type Round = { readonly queues: readonly string[]; readonly claimants: readonly Claimant[] };

/**
 * Serves several claims from several queues in one transaction: one `fetch` a queue in the order given, until every
 * claimant has its limit. The rows that remember the claims are written in the same transaction.
 */
export async function claimRound(
  boss: Boss,
  pool: Pool,
  hooks: JobHooks,
  { queues, claimants }: Round,
): Promise<RoundResult> {
  const seats = claimants.map((claimant): Seat => ({ claimant, jobs: [] }));
  const dry: string[] = [];
  await withTransaction(pool, async (client) => {
    for (const queue of queues) {
      const wanted = seats.reduce((sum, seat) => sum + seat.claimant.limit - seat.jobs.length, 0);
      if (wanted === 0) break;
      const rows = await fetchRows(boss, client, queue, wanted);
      if (rows.length < wanted) dry.push(queue);
      await seat(rows);
    }
    for (const { claimant, jobs } of seats) {
      if (claimant.claimId === undefined || jobs.length === 0) continue;
      const fresh = await rememberClaim(client, { workerId: claimant.workerId, claimId: claimant.claimId }, jobs);
      if (!fresh) throw new ClaimKnown(claimant);
    }

    async function seat(rows: readonly ClaimedRow[]): Promise<void> {
      let at = 0;
      for (const row of rows) {
        while (at < seats.length - 1 && isFull(seats[at])) at += 1;
        const place = seats[at];
        if (place === undefined) return;
        const claimed = readClaimed(row, place.claimant.workerId);
        if (claimed === undefined) await refuse(client, row, place.claimant.workerId);
        else place.jobs.push(claimed);
      }
    }
  });
  return { claims: new Map(seats.map(({ claimant, jobs }) => [claimant, jobs])), dry };

  /** Data that is not of our form ends at once with a reason, instead of going round for ever. */
  async function refuse(client: Queryable, row: ClaimedRow, workerId: string): Promise<void> {
    const message = 'expected job data of the form {"name": text, "payload": …}, got something else';
    const ref = refOf(row, workerId, '(malformed)', 0);
    await endFailed(boss, client, hooks, {
      ref,
      error: { message, code: 'malformed_job' },
      retryInSeconds: undefined,
      outcome: 'failed',
    });
  }
}

type Seat = { readonly claimant: Claimant; readonly jobs: Claimed[] };

function isFull(seat: Seat | undefined): boolean {
  return seat !== undefined && seat.jobs.length >= seat.claimant.limit;
}

async function fetchRows(boss: Boss, client: Queryable, queue: string, batchSize: number): Promise<ClaimedRow[]> {
  const jobs = await boss.fetch<unknown>(queue, { batchSize, includeMetadata: true, db: withExactTimes(client) });
  const rows = jobs.map((job) => ({
    queue,
    id: job.id,
    data: job.data,
    retryCount: job.retryCount,
    retryLimit: job.retryLimit,
    priority: job.priority,
    createdOn: job.createdOn,
    startedOn: job.startedOn,
    expireInSeconds: job.expireInSeconds,
  }));
  // The statement picks the right rows but gives them in any order.
  return rows.sort(
    (a, b) => b.priority - a.priority || compareExactly(a.createdOn, b.createdOn) || (a.id < b.id ? -1 : 1),
  );
}
