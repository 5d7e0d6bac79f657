import type { Heartbeat, HeartbeatReply, Progress } from '../../contract/worker.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Sealer } from '../auth/sealer.ts';
import type { Engine } from '../queue/engine.ts';
import type { KnownWorker, WorkerRegistry } from './registry.ts';

export type HeartbeatDeps = {
  readonly engine: Pick<Engine, 'touch' | 'book'>;
  readonly registry: Pick<WorkerRegistry, 'seen'>;
  readonly sealer: Sealer;
  readonly leaseSeconds: number;
  progress(ref: AttemptRef, progress: Progress): void;
};

/**
 * One heartbeat for a worker and all its leases. A lease that is malformed, foreign or over is listed in `lost`; one
 * whose job was cancelled in `cancelled`; the others are extended, and thereby confirmed. The time that the leases
 * now end is counted from before PostgreSQL was asked, so that a worker never believes longer than we do.
 */
export async function hearHeartbeat(
  { engine, registry, sealer, leaseSeconds, progress }: HeartbeatDeps,
  workerId: string,
  worker: KnownWorker,
  beat: Heartbeat,
): Promise<HeartbeatReply> {
  const leaseExpiresAt = new Date(Date.now() + leaseSeconds * 1000).toISOString();
  const lost: string[] = [];
  const cancelled: string[] = [];
  const held = beat.running.flatMap((running) => {
    const ref = sealer.open('lease', running.lease);
    const own = ref !== undefined && ref.workerId === workerId && ref.jobId === running.jobId.toLowerCase();
    if (!own) lost.push(running.jobId);
    return own ? [{ ref, running }] : [];
  });
  const renewals = await engine.touch(held.map(({ ref }) => ref));
  const running = held.flatMap(({ ref, running: said }, index) => {
    const renewal = renewals[index];
    if (renewal !== 'alive') {
      (renewal === 'cancelled' ? cancelled : lost).push(said.jobId);
      engine.book.drop(ref);
      return [];
    }
    engine.book.renewed(ref);
    if (said.progress !== undefined) progress(ref, said.progress);
    const percent = said.progress === undefined ? {} : { percent: said.progress.percent };
    return [{ jobId: ref.jobId, queue: ref.queue, name: ref.name, retryCount: ref.retryCount, ...percent }];
  });
  registry.seen(workerId, { status: beat.status, running, usage: beat.usage ?? {}, circuits: beat.circuits ?? [] });
  return { directive: worker.directive, lost, cancelled, leaseExpiresAt };
}
