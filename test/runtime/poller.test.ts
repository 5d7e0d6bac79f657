import { expect, test, vi } from 'vitest';
import type { ClaimedJob } from '../../src/contract/job.ts';
import type { BridgeClient } from '../../src/process/bridge-client.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createPoller } from '../../src/runtime/poller.ts';
import { claimedJob } from './support/scripted-bridge.ts';

/** A client whose claims are answered by hand: only so can an answer arrive after the abort, in the same turn. */
function pollerWithHand() {
  const claims: { claimId: string; limit: number; signal: AbortSignal; answer: (jobs: ClaimedJob[]) => void }[] = [];
  const call = (_: unknown, input: any) =>
    new Promise((resolve, reject) => {
      const { claimId, limit } = input.body;
      const answer = (jobs: ClaimedJob[]) => resolve({ status: jobs.length === 0 ? 204 : 200, data: { jobs } });
      claims.push({ claimId, limit, signal: input.signal, answer });
      // As slow to notice an abort as a socket is.
      input.signal.addEventListener('abort', () => setImmediate(() => reject(new Error('aborted'))));
    });
  const seen = { accepted: [] as ClaimedJob[], declined: [] as ClaimedJob[] };
  let capacity = 2;
  let ids = 0;
  const poller = createPoller({
    client: { call, raw: call, close: async () => undefined } as unknown as BridgeClient,
    workerId: 'w1',
    queues: ['default'],
    intervals: () => ({ heartbeatSeconds: 4, claimWaitSeconds: 25, confirmSeconds: 5, leaseSeconds: 12 }),
    capacity: () => capacity,
    accept: (jobs) => void seen.accepted.push(...jobs),
    decline: (jobs) => void seen.declined.push(...jobs),
    onUnknownWorker: async () => undefined,
    log: createLogger({ name: 'test', level: 'silent' }),
    now: () => performance.now(),
    random: () => 0,
    newId: () => `claim-${(ids += 1)}`,
  });
  return { poller, claims, seen, setCapacity: (value: number) => (capacity = value) };
}

test('jobs of an answer that crosses the stop are handed over to be given back, never to be run', async () => {
  const { poller, claims, seen } = pollerWithHand();
  poller.resume();
  await vi.waitFor(() => expect(claims).toHaveLength(1));
  const crossed = claimedJob('any');
  const paused = poller.pause();
  expect(claims[0]!.signal.aborted).toBe(true);
  claims[0]!.answer([crossed]);
  await paused;
  expect(seen).toEqual({ accepted: [], declined: [crossed] });
});

test('a claim that a pause cut off is asked again under its claimId when claiming resumes', async () => {
  const { poller, claims } = pollerWithHand();
  poller.resume();
  await vi.waitFor(() => expect(claims).toHaveLength(1));
  await poller.pause();
  poller.resume();
  await vi.waitFor(() => expect(claims).toHaveLength(2));
  expect(claims[1]!.claimId).toBe(claims[0]!.claimId);
  claims[1]!.answer([claimedJob('any')]);
  await vi.waitFor(() => expect(claims).toHaveLength(3));
  expect(claims[2]!.claimId).not.toBe(claims[0]!.claimId);
  await poller.pause();
});

test('without room nothing is claimed until room is announced, and then no more than there is', async () => {
  const { poller, claims, setCapacity } = pollerWithHand();
  setCapacity(0);
  poller.resume();
  poller.resume();
  await new Promise(setImmediate);
  expect(claims).toHaveLength(0);
  setCapacity(3);
  poller.wake();
  await vi.waitFor(() => expect(claims).toHaveLength(1));
  expect(claims[0]!.limit).toBe(3);
  await poller.pause();
  expect(claims).toHaveLength(1);
});
