import { setTimeout as pause } from 'node:timers/promises';
import { type Check, expectEqual, expectThat } from '../check.ts';
import { type Call, QUEUE, type ScriptedBridge } from './scripted-bridge.ts';

export type WorkerStage = { readonly bridge: ScriptedBridge; readonly id: string; stop(): Promise<number | null> };
type Job = { readonly id: string; readonly lease: string };

let patienceMs = 20_000;

/** How long a check waits for what must come. */
export function waitAtMost(ms: number): void {
  patienceMs = ms;
}

async function heard<T>(what: string, probe: () => T | undefined): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`expected ${what} within ${patienceMs / 1000} s, got nothing`);
    await pause(20);
  }
}

/** What was said about the end of a job, alone or among others. */
function endsOf({ calls }: ScriptedBridge, job: Job): { type: string; lease: string; body: any }[] {
  const types: Record<string, string> = { complete: 'completed', fail: 'failed', release: 'released' };
  return calls.flatMap(({ verb, jobId, body }) => {
    if (verb === 'settle')
      return body.settlements
        .filter((each: any) => each.jobId === job.id)
        .map((each: any) => ({ type: each.outcome.type, lease: each.lease, body: each.outcome }));
    const type = types[verb];
    return type !== undefined && jobId === job.id ? [{ type, lease: body.lease, body }] : [];
  });
}

const isBeatFor =
  (job: Job) =>
  ({ verb, body }: Call) =>
    verb === 'heartbeat' && body.running.some((each: any) => each.jobId === job.id && each.lease === job.lease);

export const WORKER: readonly Check<WorkerStage>[] = [
  {
    name: 'registers with protocol 1 and a valid token of its own',
    async run({ bridge, id }) {
      const call = await heard('a registration', () => bridge.calls.find(({ verb }) => verb === 'register'));
      expectEqual('protocol and queues', [call.body.protocol, call.body.queues], [1, [QUEUE]]);
      expectEqual('type and sub of the token', [call.claims?.type, call.claims?.sub], ['worker', id]);
    },
  },
  {
    name: 'claims by long poll from its own queues',
    async run({ bridge }) {
      const { body } = await heard('a claim', () => bridge.calls.find(({ verb }) => verb === 'claim'));
      expectEqual('queues', body.queues, [QUEUE]);
      expectThat('a waitSeconds of 1 to 30', body.waitSeconds >= 1 && body.waitSeconds <= 30);
    },
  },
  {
    name: 'completes a job under its lease',
    async run({ bridge }) {
      const job = bridge.offer('conformance.complete');
      const end = await heard('an end', () => endsOf(bridge, job)[0]);
      expectEqual('type and lease', [end.type, end.lease], ['completed', job.lease]);
    },
  },
  {
    name: 'fails a job that breaks, with a message',
    async run({ bridge }) {
      const job = bridge.offer('conformance.fail');
      const end = await heard('an end', () => endsOf(bridge, job)[0]);
      expectEqual('type', end.type, 'failed');
      expectThat('a message', typeof end.body.error?.message === 'string');
    },
  },
  {
    name: 'confirms what it runs in time, and names it in every heartbeat until it ends',
    async run({ bridge }) {
      const job = bridge.offer('conformance.hold');
      const offeredMs = performance.now();
      const beat = await heard('a heartbeat that names the job', () => bridge.calls.find(isBeatFor(job)));
      expectThat('it within confirmSeconds', beat.atMs - offeredMs < bridge.intervals.confirmSeconds * 1000 + 500);
      await heard('three such heartbeats', () => (bridge.calls.filter(isBeatFor(job)).length >= 3 ? true : undefined));
      bridge.told.cancelled = [job.id];
      await heard('a heartbeat without the cancelled job', () => {
        const last = bridge.calls.findLast(({ verb }) => verb === 'heartbeat');
        return last !== undefined && !isBeatFor(job)(last) ? true : undefined;
      });
      bridge.told.cancelled = [];
    },
  },
  {
    name: 'says an end again until the answer is definite',
    async run({ bridge }) {
      for (const trick of ['cut', { status: 503, code: 'unavailable' }] as const)
        for (const verb of ['complete', 'settle']) bridge.trick(verb, trick);
      const job = bridge.offer('conformance.complete');
      await heard('the end for the third time', () => endsOf(bridge, job)[2]);
      expectEqual(
        'types',
        endsOf(bridge, job).map(({ type }) => type),
        ['completed', 'completed', 'completed'],
      );
    },
  },
  {
    name: 'drops an end that is superseded, and goes on',
    async run({ bridge }) {
      const { length } = bridge.calls;
      const job = bridge.offer('conformance.complete');
      bridge.trick('complete', { status: 409, code: 'superseded' });
      bridge.trick('settle', { status: 200, data: { results: [{ jobId: job.id, verdict: 'superseded' }] } });
      await heard('an end', () => endsOf(bridge, job)[0]);
      await heard('another claim', () => bridge.calls.slice(length).findLast(({ verb }) => verb === 'claim'));
      await pause(1_500); // a worker that insists would have done so by now
      expectEqual('how often it was said', endsOf(bridge, job).length, 1);
    },
  },
  {
    name: 'goes on after claims that were cut, refused for a while or answered with 503',
    async run({ bridge }) {
      bridge.trick('claim', 'cut');
      bridge.trick('claim', { status: 503, code: 'unavailable' });
      const job = bridge.offer('conformance.complete');
      await heard('an end', () => endsOf(bridge, job)[0]);
    },
  },
  {
    name: 'registers again when it is not known',
    async run({ bridge }) {
      const before = bridge.calls.filter(({ verb }) => verb === 'register').length;
      bridge.trick('claim', { status: 404, code: 'worker_unknown' });
      bridge.trick('heartbeat', { status: 404, code: 'worker_unknown' });
      await heard('a second registration', () =>
        bridge.calls.filter(({ verb }) => verb === 'register').length > before ? true : undefined,
      );
    },
  },
  {
    name: 'asked to end, it ends what it runs, leaves, and exits with 0',
    async run({ bridge, stop }) {
      expectEqual('exit code', await stop(), 0);
      expectThat(
        'a DELETE of itself',
        bridge.calls.some(({ verb }) => verb === 'leave'),
      );
      const left = bridge.calls.findIndex(({ verb }) => verb === 'leave');
      expectThat('no claim after it', !bridge.calls.slice(left).some(({ verb }) => verb === 'claim'));
    },
  },
];
