import type { Logger } from '../../process/logger.ts';
import { ClaimKnown, type Round, type RoundResult } from './claim-round.ts';
import type { ClaimName } from './claim-replay.ts';
import type { Claimed } from './claimed-row.ts';
import { claimKey, createGroup, groupKey, takeRound, type Group } from './dispatch-group.ts';
import { createQueueHeat } from './queue-heat.ts';
import { createWaiter, type ClaimAsk, type Ticket, type Waiter } from './waiter.ts';

export type DispatcherDeps = {
  runRound(round: Round & { readonly claimants: readonly ClaimAsk[] }): Promise<RoundResult>;
  readReady(queues: readonly string[]): Promise<readonly string[]>;
  replay(name: ClaimName): Promise<readonly Claimed[] | undefined>;
  /** Called for every job that leaves in an answer, before the answer does. */
  granted(claimed: Claimed): void;
  /** A round failed and nobody knows whether it took jobs. */
  roundFailed(): void;
  /** Puts jobs back that nobody will receive. */
  giveBack(jobs: readonly Claimed[]): void;
  inOrder(queues: readonly string[]): string[];
  /** Nothing is claimed from a paused queue; it may be hot all the same. */
  isPaused(queue: string): boolean;
  readonly log: Logger;
};

/** Calls in flight for one set of queues; with two, PostgreSQL works while we answer, and more only contend. */
const ROUNDS_IN_FLIGHT = 2;
/** Two rounds at once cost more than one of twice the size; so many jobs asked for are enough for two. */
const SECOND_ROUND_FROM = 64;

/**
 * Feeds waiting claims. Claims of equally capable workers for the same queues form a group and are served together in
 * rounds, first come first served; a claim that found nothing waits until a queue gets hot or its time is up. The floor
 * (`lookAgain`, about once a second) finds what nobody notifies of: delayed jobs that became due and retries.
 */
export function createDispatcher(deps: DispatcherDeps) {
  const groups = new Map<string, Group>();
  const byClaim = new Map<string, Waiter>();
  const heat = createQueueHeat();

  function claim(ask: ClaimAsk): Ticket {
    const name = claimKey(ask);
    const waiter = (name === undefined ? undefined : byClaim.get(name)) ?? park(ask, name);
    waiter.listeners += 1;
    return {
      jobs: waiter.answer.promise,
      delivered: () => {
        waiter.delivered = true;
      },
      abandon: () => abandon(waiter),
    };
  }

  function park(ask: ClaimAsk, name: string | undefined): Waiter {
    const waiter = createWaiter(ask, performance.now());
    if (name !== undefined) byClaim.set(name, waiter);
    if (ask.waitMs > 0) waiter.timer = setTimeout(() => pump(group), ask.waitMs + 1);
    const key = groupKey(ask);
    const group = groups.get(key) ?? createGroup(ask);
    groups.set(key, group);
    group.waiters.add(waiter);
    pump(group);
    return waiter;
  }

  function isServable(queue: string): boolean {
    return heat.isHot(queue) && !deps.isPaused(queue);
  }

  function pump(group: Group): void {
    for (const waiter of group.waiters) if (isDue(group, waiter)) finish(group, waiter, []);
    while (group.inFlight < ROUNDS_IN_FLIGHT) {
      const waiting = [...group.waiters].filter((waiter) => waiter.state === 'waiting');
      const hot = group.queues.filter(isServable);
      const fresh = waiting.filter((waiter) => !waiter.looked);
      if (group.inFlight > 0 && wantedBy(waiting) < SECOND_ROUND_FROM) return;
      if (waiting.length > 0 && hot.length > 0)
        void run(group, takeRound(waiting), (round) => serve(group, hot, round));
      else if (fresh.length > 0) void run(group, fresh, (round) => look(group, round));
      else return;
    }
  }

  async function run(
    group: Group,
    waiters: readonly Waiter[],
    work: (waiters: readonly Waiter[]) => Promise<void>,
  ): Promise<void> {
    group.inFlight += 1;
    for (const waiter of waiters) waiter.state = 'claiming';
    try {
      await work(waiters);
    } catch (error) {
      for (const waiter of waiters) if (waiter.state === 'claiming') fail(group, waiter, error);
    } finally {
      group.inFlight -= 1;
      for (const waiter of waiters) if (waiter.state === 'claiming') resume(group, waiter);
      pump(group);
    }
  }

  function resume(group: Group, waiter: Waiter): void {
    waiter.state = 'waiting';
    // Whoever went away or was dismissed during the round must not take part in the next one.
    if (waiter.refused || waiter.listeners <= 0) finish(group, waiter, []);
  }

  async function serve(group: Group, hot: readonly string[], waiters: readonly Waiter[]): Promise<void> {
    const before = heat.snapshot(hot);
    try {
      const round = await deps.runRound({
        queues: deps.inOrder(hot),
        claimants: waiters.map((waiter) => waiter.ask),
        capability: group.capability,
      });
      heat.cool(round.dry, before);
      for (const waiter of waiters) {
        const jobs = round.claims.get(waiter.ask) ?? [];
        waiter.tried = true;
        if (jobs.length > 0) finish(group, waiter, jobs);
      }
    } catch (error) {
      // What the round had locked was hidden from the others; it is free again and nobody will notify of it.
      for (const queue of hot) heat.heat(queue);
      if (!(error instanceof ClaimKnown)) {
        deps.roundFailed();
        throw error;
      }
      const known = waiters.find((waiter) => waiter.ask === error.claimant);
      if (known !== undefined) await replay(group, known);
    }
  }

  /** Looks at every queue of the group once for claims that just came, and at what their claimIds may name already. */
  async function look(group: Group, waiters: readonly Waiter[]): Promise<void> {
    for (const waiter of waiters) await replay(group, waiter);
    for (const queue of await deps.readReady(group.queues)) heat.heat(queue);
    for (const waiter of waiters) {
      waiter.looked = true;
      waiter.tried = false;
    }
  }

  async function replay(group: Group, waiter: Waiter): Promise<void> {
    const { workerId, claimId } = waiter.ask;
    if (claimId === undefined) return;
    const jobs = await deps.replay({ workerId, claimId });
    if (jobs !== undefined) finish(group, waiter, jobs);
  }

  function finish(group: Group, waiter: Waiter, jobs: readonly Claimed[]): void {
    leave(group, waiter);
    for (const job of jobs) deps.granted(job);
    const wanted = !waiter.refused && waiter.listeners > 0;
    if (!wanted) deps.giveBack(jobs);
    waiter.jobs = wanted ? jobs : [];
    waiter.answer.resolve(waiter.jobs);
  }

  function fail(group: Group, waiter: Waiter, error: unknown): void {
    leave(group, waiter);
    waiter.answer.reject(error);
  }

  function leave(group: Group, waiter: Waiter): void {
    waiter.state = 'done';
    clearTimeout(waiter.timer);
    group.waiters.delete(waiter);
    const name = claimKey(waiter.ask);
    if (name !== undefined) byClaim.delete(name);
  }

  function abandon(waiter: Waiter): void {
    waiter.listeners -= 1;
    if (waiter.listeners > 0 || waiter.delivered) return;
    if (waiter.state === 'done') {
      deps.giveBack(waiter.jobs);
      waiter.jobs = [];
    } else if (waiter.state === 'waiting') {
      finish(groupOf(waiter), waiter, []);
    }
  }

  /** Time is up, and nothing that the last look found is left untried. */
  function isDue(group: Group, waiter: Waiter): boolean {
    const isOver = waiter.state === 'waiting' && waiter.looked && waiter.deadlineMs <= performance.now();
    return isOver && (waiter.tried || !group.queues.some(isServable));
  }

  function groupOf(waiter: Waiter): Group {
    return groups.get(groupKey(waiter.ask)) ?? createGroup(waiter.ask);
  }

  function notify(queue: string): void {
    heat.heat(queue);
    for (const group of groups.values()) if (group.queues.includes(queue)) pump(group);
  }

  return {
    claim,
    /** A job of this queue may be ready. */
    notify,
    /** Looks at every queue that somebody waits for; the floor below the notifications. */
    async lookAgain(): Promise<void> {
      const awaited = [...groups.values()].filter((group) => group.waiters.size > 0).flatMap((group) => group.queues);
      const cold = [...new Set(awaited)].filter((queue) => !heat.isHot(queue));
      if (cold.length === 0) return;
      for (const queue of await deps.readReady(cold)) notify(queue);
      for (const [key, group] of groups) if (group.waiters.size === 0 && group.inFlight === 0) groups.delete(key);
    },
    /** Answers "nothing" to every parked claim, of one worker or of all. */
    dismiss(workerId?: string): void {
      for (const group of groups.values()) {
        for (const waiter of group.waiters) {
          if (workerId !== undefined && waiter.ask.workerId !== workerId) continue;
          waiter.refused = true;
          if (waiter.state === 'waiting') finish(group, waiter, []);
        }
      }
    },
    parked: () => [...groups.values()].reduce((sum, group) => sum + group.waiters.size, 0),
  };
}

function wantedBy(waiting: readonly Waiter[]): number {
  return waiting.reduce((sum, waiter) => sum + waiter.ask.limit, 0);
}
