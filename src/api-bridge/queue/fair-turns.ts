import type { Queryable } from '../db/pool.ts';
import type { Boss } from './boss.ts';
import { fetchInTurn, fetchOldest, UnknownFetch, type FetchedRow } from './fetch-jobs.ts';

/** What one queue's groups are at. `after`: the circle goes on behind this group. */
type Turns = { after: string; fetches: number; ungrouped: boolean };

/** So often the oldest jobs are taken whosever they are: jobs without a group are found by their age, as always. */
const OLDEST_EVERY = 8;
/** And so often while there are some. */
const OLDEST_EVERY_WITH_UNGROUPED = 2;

export type FetchFairly = (client: Queryable, queue: string, wanted: number) => Promise<FetchedRow[]>;

/**
 * Fetches so that the groups of a queue take turns. A queue is fetched the plain way, at its cost, until a job of a group
 * comes up; from then on the groups are served in a circle, and jobs without a group by their age, for as long as there
 * are jobs of groups.
 */
export function createFairFetch(boss: Boss): FetchFairly {
  const queues = new Map<string, Turns>();
  let works = true;

  async function oldest(client: Queryable, queue: string, wanted: number): Promise<FetchedRow[]> {
    const rows = await fetchOldest(boss, client, queue, wanted);
    if (!works) return rows;
    if (!queues.has(queue) && rows.some(({ groupId }) => groupId !== null))
      queues.set(queue, { after: '', fetches: 0, ungrouped: false });
    const turns = queues.get(queue);
    if (turns !== undefined) turns.ungrouped = rows.some(({ groupId }) => groupId === null);
    return rows;
  }

  async function inTurn(client: Queryable, queue: string, wanted: number, turns: Turns): Promise<FetchedRow[]> {
    try {
      const rows = await fetchInTurn(boss, client, { queue, wanted, after: turns.after });
      turns.after = lastServed(rows, turns.after);
      return rows;
    } catch (error) {
      if (!(error instanceof UnknownFetch)) throw error;
      works = false;
      queues.clear();
      return [];
    }
  }

  return async (client, queue, wanted) => {
    const turns = queues.get(queue);
    if (turns === undefined) return await oldest(client, queue, wanted);
    turns.fetches += 1;
    const every = turns.ungrouped ? OLDEST_EVERY_WITH_UNGROUPED : OLDEST_EVERY;
    if (turns.fetches % every === 0) return await oldest(client, queue, wanted);
    const rows = await inTurn(client, queue, wanted, turns);
    if (rows.length >= wanted) return rows;
    const more = await oldest(client, queue, wanted - rows.length);
    if (rows.length === 0 && !more.some(({ groupId }) => groupId !== null)) queues.delete(queue);
    return [...rows, ...more];
  };
}

/** The group that was served last: of those that were served most often, the one furthest along the circle. */
function lastServed(rows: readonly FetchedRow[], after: string): string {
  const served = new Map<string, number>();
  for (const { groupId } of rows) if (groupId !== null) served.set(groupId, (served.get(groupId) ?? 0) + 1);
  const most = Math.max(0, ...served.values());
  const last = [...served].filter(([, count]) => count === most).map(([group]) => group);
  const [furthest] = last.sort((a, b) => Number(b <= after) - Number(a <= after) || (a < b ? 1 : -1));
  return furthest ?? after;
}
