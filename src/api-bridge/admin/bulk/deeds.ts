import type { BulkVerb } from '../../../contract/job-bulk.ts';
import { BridgeError } from '../../http/bridge-error.ts';

type Target = { readonly queue: string; readonly id: string };

/** What the queue can do to jobs, one by one or many of one queue at once. */
export type Deeds = {
  retry(target: Target): Promise<unknown>;
  cancel(target: Target): Promise<unknown>;
  deleteMany(queue: string, ids: readonly string[]): Promise<number>;
  moveMany(from: string, to: string, ids: readonly string[]): Promise<number>;
  prioritiseMany(queue: string, priority: number, ids: readonly string[]): Promise<number>;
};

export type Order = {
  readonly verb: BulkVerb;
  readonly target: string | null;
  readonly priority: number | null;
};

/** So many at a time, since each takes a connection that claims and settles want too. */
const SIDE_BY_SIDE = 4;

/** Does it to some jobs and gives how many were changed; the rest had moved on in the meantime. */
export async function doTo(deeds: Deeds, order: Order, targets: readonly Target[]): Promise<number> {
  if (order.verb === 'retry') return await oneByOne(targets, deeds.retry);
  if (order.verb === 'cancel') return await oneByOne(targets, deeds.cancel);
  let changed = 0;
  for (const [queue, ids] of byQueue(targets)) {
    if (order.verb === 'delete') changed += await deeds.deleteMany(queue, ids);
    else if (order.verb === 'priority') changed += await deeds.prioritiseMany(queue, order.priority ?? 0, ids);
    else if (order.target !== null && order.target !== queue) changed += await deeds.moveMany(queue, order.target, ids);
  }
  return changed;
}

async function oneByOne(targets: readonly Target[], act: (target: Target) => Promise<unknown>): Promise<number> {
  let changed = 0;
  const left = [...targets];
  async function work(): Promise<void> {
    for (let target = left.pop(); target !== undefined; target = left.pop()) {
      try {
        await act(target);
        changed += 1;
      } catch (error) {
        if (!(error instanceof BridgeError) || error.status >= 500) throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return changed;
}

function byQueue(targets: readonly Target[]): Map<string, string[]> {
  const queues = new Map<string, string[]>();
  for (const { queue, id } of targets) queues.set(queue, [...(queues.get(queue) ?? []), id]);
  return queues;
}
