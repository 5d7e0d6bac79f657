import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import type { Boss } from './boss.ts';
import { rememberClaim } from './claim-replay.ts';
import { readClaimed, refOf, type Claimed, type ClaimedRow, type LoopKeyOf } from './claimed-row.ts';
import { endFailed } from './fail.ts';
import type { FetchFairly } from './fair-turns.ts';
import type { Capability } from './guards/capability.ts';
import type { Guards } from './guards/guards.ts';
import type { Held, PutBack, Verdict } from './guards/hold.ts';
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

/** Claimants of one round may all run the same jobs. */
export type Round = {
  readonly queues: readonly string[];
  readonly claimants: readonly Claimant[];
  readonly capability: Capability;
};

export type RoundDeps = {
  readonly boss: Boss;
  readonly pool: Pool;
  readonly hooks: JobHooks;
  readonly fetchJobs: FetchFairly;
  readonly guards: Pick<
    Guards,
    'mayHold' | 'keyOf' | 'offer' | 'closeOffer' | 'judge' | 'refuse' | 'hold' | 'afterHold'
  >;
};

/**
 * Serves several claims from several queues: one `fetch` a queue in the order given, until every claimant has its
 * limit. All in one transaction, with the rows that remember the claims and with what must not run now being put back;
 * a lone queue without any claimId to remember, and without anything to hold, is one statement, which needs none.
 */
export async function claimRound(deps: RoundDeps, round: Round): Promise<RoundResult> {
  const { pool, guards, fetchJobs } = deps;
  const isPlain =
    round.queues.length === 1 &&
    round.claimants.every((claimant) => claimant.claimId === undefined) &&
    !guards.mayHold();
  const seats = round.claimants.map((claimant): Seat => ({ claimant, jobs: [] }));
  const malformed: Refused[] = [];
  const held: PutBack[] = [];
  const dry: string[] = [];

  async function fill(client: Queryable): Promise<void> {
    for (const queue of round.queues) {
      const wanted = seats.reduce((sum, seat) => sum + seat.claimant.limit - seat.jobs.length, 0);
      if (wanted === 0) break;
      const offer = await guards.offer(client, queue, round.capability, wanted);
      const rows = await fetchJobs(client, queue, wanted);
      if (offer !== undefined) await guards.closeOffer(client, offer, new Set(rows.map((row) => row.id)));
      if (rows.length < wanted) dry.push(queue);
      const judge = (claimed: Claimed) => guards.judge(claimed, queue, round.capability);
      seatRows(seats, rows, { malformed, held, judge, keyOf: guards.keyOf });
    }
    const fetched = seats.flatMap((seat) => seat.jobs);
    held.push(...leaveSeats(seats, await guards.refuse(client, fetched)));
    if (held.length > 0) await guards.hold(client, held);
    for (const { claimant, jobs } of seats) {
      if (claimant.claimId === undefined || jobs.length === 0) continue;
      const fresh = await rememberClaim(client, { workerId: claimant.workerId, claimId: claimant.claimId }, jobs);
      if (!fresh) throw new ClaimKnown(claimant);
    }
  }

  await (isPlain ? fill(pool) : withTransaction(pool, fill));
  if (held.length > 0) guards.afterHold(held);
  for (const refused of malformed) await refuse(deps, refused);
  return { claims: new Map(seats.map(({ claimant, jobs }) => [claimant, jobs])), dry };
}

type Refused = { readonly row: ClaimedRow; readonly workerId: string };

type Sorting = {
  readonly malformed: Refused[];
  readonly held: PutBack[];
  judge(claimed: Claimed): Verdict | undefined;
  keyOf: LoopKeyOf;
};

/** Gives rows to seats in their order; what is not of our form, or may not run now, takes no seat. */
function seatRows(
  seats: readonly Seat[],
  rows: readonly ClaimedRow[],
  { malformed, held, judge, keyOf }: Sorting,
): void {
  let at = 0;
  for (const row of rows) {
    while (at < seats.length - 1 && isFull(seats[at])) at += 1;
    const place = seats[at];
    if (place === undefined) return;
    const { workerId } = place.claimant;
    const claimed = readClaimed(row, workerId, keyOf);
    const verdict = claimed === undefined ? undefined : judge(claimed);
    if (claimed === undefined) malformed.push({ row, workerId });
    else if (verdict === undefined) place.jobs.push(claimed);
    else held.push({ claimed, ...verdict });
  }
}

/**
 * Data that is not of our form ends with a reason, instead of going round for ever. Only after the claims are safe,
 * and without failing them: one that could not be ended now comes round again.
 */
async function refuse(deps: RoundDeps, { row, workerId }: Refused): Promise<void> {
  const message = 'expected job data of the form {"name": text, "payload": …}, got something else';
  const error = { message, code: 'malformed_job' };
  const ref = refOf(row, workerId, '(malformed)', 0);
  await withTransaction(deps.pool, (client) =>
    endFailed(deps.boss, client, deps.hooks, { ref, error, retryInSeconds: undefined, outcome: 'failed' }),
  ).catch(() => undefined);
}

/** Takes jobs that may not run now out of their seats again. */
function leaveSeats(seats: readonly Seat[], refused: readonly Held[]): readonly Held[] {
  const out = new Set(refused.map(({ claimed }) => claimed));
  if (out.size > 0) for (const { jobs } of seats) jobs.splice(0, jobs.length, ...jobs.filter((job) => !out.has(job)));
  return refused;
}

type Seat = { readonly claimant: Claimant; readonly jobs: Claimed[] };

function isFull(seat: Seat | undefined): boolean {
  return seat !== undefined && seat.jobs.length >= seat.claimant.limit;
}
