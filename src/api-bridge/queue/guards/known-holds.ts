import { z } from 'zod';
import type { Queryable } from '../../db/pool.ts';
import { holdName, type HoldReason } from './hold.ts';

const row = z.object({
  kind: z.enum(['labels', 'runaway', 'concurrency']),
  key: z.string(),
  queue: z.string(),
  name: z.string(),
  until: z.date().nullable(),
});

export type KnownHolds = ReturnType<typeof createKnownHolds>;

/**
 * The reasons for which jobs stand aside, as this replica knows them: few, told by NOTIFY, and read again now and
 * then. Never the judge of what may run; it says where there is something to do.
 */
export function createKnownHolds() {
  let reasons = new Map<string, HoldReason>();
  /** Job names that wait for a capable worker, by queue. */
  let labelled = new Map<string, Set<string>>();

  function index(): void {
    labelled = new Map();
    for (const { kind, queue, key } of reasons.values()) {
      if (kind === 'labels') labelled.set(queue, (labelled.get(queue) ?? new Set()).add(key));
    }
  }

  return {
    size: () => reasons.size,
    add(more: Iterable<HoldReason>): void {
      for (const reason of more) reasons.set(holdName(reason), reason);
      index();
    },
    find: (kind: HoldReason['kind'], key: string) => reasons.get(holdName({ kind, key, queue: '' })),
    ofKind: (kind: HoldReason['kind']) => [...reasons.values()].filter((reason) => reason.kind === kind),
    /** Names that wait for a capable worker in this queue. */
    labelledIn: (queue: string): ReadonlySet<string> | undefined => labelled.get(queue),
    labelledQueues: () => [...labelled.keys()],
    /** Takes the table's word; gives the reasons that are gone. */
    async refresh(db: Queryable): Promise<HoldReason[]> {
      const found = await db.query('SELECT kind, key, queue, name, until FROM worker_api.hold');
      const before = reasons;
      reasons = new Map(
        z
          .array(row)
          .parse(found.rows)
          .map(({ until, ...reason }) => [holdName(reason), until === null ? reason : { ...reason, until }]),
      );
      index();
      return [...before].filter(([name]) => !reasons.has(name)).map(([, reason]) => reason);
    },
  };
}
