import { compareExactly } from '../db/exact-time.ts';
import type { Queryable } from '../db/pool.ts';
import { withExactTimes, type Boss } from './boss.ts';
import type { ClaimedRow } from './claimed-row.ts';
import { fairCandidates } from './fair-candidates.ts';

/** How pg-boss's fetch orders what it picks; before it stands the last of its conditions. */
const ORDER = /(\s+)(ORDER BY j\.priority desc, j\.created_on\s+LIMIT)/;

/** pg-boss builds its statement otherwise than this version expects; nothing was sent. */
export class UnknownFetch extends Error {
  override readonly name = 'UnknownFetch';
}

export type FetchedRow = ClaimedRow & { readonly groupId: string | null };

/** Up to here planning costs more than it takes to run, and each size is a statement of its own. */
const SMALL_BATCH = 16;

/** Takes the first jobs of a queue, whosever they are: by priority, then by age. */
export async function fetchOldest(
  boss: Boss,
  client: Queryable,
  queue: string,
  batchSize: number,
): Promise<FetchedRow[]> {
  return await fetchBy(boss, withExactTimes(client, batchSize <= SMALL_BATCH), queue, batchSize);
}

/**
 * Takes the jobs of a queue whose groups' turn it is, and none without a group. pg-boss's own statement is left as it is,
 * with one more condition; throws UnknownFetch when it is not built as we know it. A test holds its form.
 */
export async function fetchInTurn(
  boss: Boss,
  client: Queryable,
  { queue, wanted, after }: { readonly queue: string; readonly wanted: number; readonly after: string },
): Promise<FetchedRow[]> {
  const { executeSql } = withExactTimes(client);
  const db = {
    executeSql: (text: string, values?: unknown[]) => {
      if (!ORDER.test(text)) throw new UnknownFetch('expected the fetch of pg-boss 12.35, got another one');
      const candidates = `j.id = ANY (ARRAY (${fairCandidates(queue, wanted, after)}))`;
      return executeSql(
        text.replace(ORDER, (_all, space: string, order: string) => `${space}AND ${candidates}${space}${order}`),
        values,
      );
    },
  };
  return await fetchBy(boss, db, queue, wanted);
}

type Db = ReturnType<typeof withExactTimes>;

async function fetchBy(boss: Boss, db: Db, queue: string, batchSize: number): Promise<FetchedRow[]> {
  const jobs = await boss.fetch<unknown>(queue, { batchSize, includeMetadata: true, db });
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
    groupId: job.groupId ?? null,
  }));
  // The statement picks the right rows but gives them in any order.
  return rows.sort(
    (a, b) => b.priority - a.priority || compareExactly(a.createdOn, b.createdOn) || (a.id < b.id ? -1 : 1),
  );
}
