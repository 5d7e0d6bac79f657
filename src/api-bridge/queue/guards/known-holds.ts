import { z } from 'zod';
import { holdKind, type HoldKind } from '../../../contract/hold.ts';
import type { Queryable } from '../../db/pool.ts';
import { holdName, type HoldReason } from './hold.ts';

const row = z.object({
  kind: holdKind,
  key: z.string(),
  queue: z.string(),
  name: z.string(),
  left_ms: z.number().nullable(),
});

/** A reason, and until when it holds by this process's monotonic clock. */
export type KnownHold = HoldReason & { readonly endsAtMs: number };

export type KnownHolds = ReturnType<typeof createKnownHolds>;

/**
 * The reasons for which jobs stand aside, as this replica knows them: few, told by NOTIFY, and read again now and
 * then. Never the judge of what may run; it says where there is something to do.
 */
export function createKnownHolds() {
  let reasons = new Map<string, KnownHold>();
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
      for (const reason of more) {
        const endsAtMs = reason.seconds === undefined ? Infinity : performance.now() + reason.seconds * 1000;
        const name = holdName(reason);
        if (!reasons.has(name)) reasons.set(name, { ...reason, endsAtMs });
      }
      index();
    },
    /** A reason that holds in every queue, while it does. */
    find(kind: HoldKind, key: string): KnownHold | undefined {
      const reason = reasons.size === 0 ? undefined : reasons.get(holdName({ kind, key, queue: '' }));
      return reason !== undefined && reason.endsAtMs > performance.now() ? reason : undefined;
    },
    /** Reasons whose time is up. */
    over: () => [...reasons.values()].filter((reason) => reason.endsAtMs <= performance.now()),
    ofKind: (kind: HoldKind) => [...reasons.values()].filter((reason) => reason.kind === kind),
    /** Names that wait for a capable worker in this queue. */
    labelledIn: (queue: string): ReadonlySet<string> | undefined => labelled.get(queue),
    labelledQueues: () => [...labelled.keys()],
    /** Takes the table's word; gives the reasons that are gone. */
    async refresh(db: Queryable): Promise<KnownHold[]> {
      const found = await db.query(
        `SELECT kind, key, queue, name, extract(epoch FROM until - now())::float8 * 1000 AS left_ms
           FROM worker_api.hold`,
      );
      const nowMs = performance.now();
      const before = reasons;
      reasons = new Map(
        z
          .array(row)
          .parse(found.rows)
          .map(({ left_ms: leftMs, ...reason }) => [
            holdName(reason),
            { ...reason, endsAtMs: leftMs === null ? Infinity : nowMs + leftMs },
          ]),
      );
      index();
      return [...before].filter(([name]) => !reasons.has(name)).map(([, reason]) => reason);
    },
  };
}
