import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createTokenSource } from '../../src/process/service-token.ts';
import type { Random } from '../random.ts';
import { startChild } from '../stage/child.ts';
import { JOB_NAME, QUEUE, SECRET } from '../stage/replica.ts';
import { type Ask, createAsk } from '../way/ask.ts';
import { openTcpWay } from '../way/tcp-way.ts';
import { openRawPoll, type RawPoll } from './raw-poll.ts';

export const KINDS = ['fin', 'rst', 'half-open', 'sigkill', 'lost-answer'] as const;
export type Kind = (typeof KINDS)[number];

/** How long each job waited until somebody who lives had it, counted from the kill or from its enqueue, whichever was later. */
export type Batch = {
  readonly waitsMs: number[];
  readonly burnt: number;
  readonly delivered: number;
  readonly wrong: number;
};

const GIVE_UP_MS = 30_000;

export function createBatches(url: string, random: Random) {
  const port = Number(new URL(url).port);
  const producer = createAsk(url, 'producer', 'polls');
  const heir = createAsk(url, 'worker', 'heir');
  const victim = 'victim';
  const token = createTokenSource(SECRET, { type: 'worker', sub: victim });
  let n = 0;

  async function register(): Promise<void> {
    for (const ask of [heir, createAsk(url, 'worker', victim)]) {
      await ask('POST', '/workers/register', {
        body: { hostname: 'polls', pid: 1, version: '1', protocol: 1, queues: [QUEUE], concurrency: 1000 },
      });
    }
  }

  async function enqueue(count: number): Promise<string[]> {
    const jobs = Array.from({ length: count }, () => ({ name: JOB_NAME, queue: QUEUE, payload: { n: (n += 1) } }));
    const answer = await producer('POST', '/jobs/batch', { body: { jobs } });
    if (answer.ending !== 'ok') throw new Error(`the jobs could not be enqueued: ${answer.status}`);
    return answer.data.ids;
  }

  const park = async (at: number, count: number): Promise<RawPoll[]> => {
    const own = await token();
    const polls = await Promise.all(
      Array.from({ length: count }, () =>
        openRawPoll({ port: at, workerId: victim, token: own, claimId: randomUUID(), queue: QUEUE }),
      ),
    );
    // Nothing outside tells when a poll is parked; one that is not yet is killed at another point, which is as good.
    await pause(120 + 4 * count);
    return polls;
  };

  /** Takes the jobs as a worker that lives. */
  async function inherit(ids: ReadonlySet<string>, fromMs: number, delivered: number): Promise<Batch> {
    const waitsMs: number[] = [];
    let burnt = 0;
    while (waitsMs.length < ids.size && performance.now() - fromMs < GIVE_UP_MS) {
      const answer = await heir('POST', '/workers/heir/claim', {
        body: { queues: [QUEUE], limit: ids.size, waitSeconds: 2 },
      });
      const jobs = (answer.data?.jobs ?? []).filter((job: any) => ids.has(job.id));
      const atMs = performance.now();
      for (const job of jobs) {
        waitsMs.push(atMs - fromMs);
        if (job.attempt !== 1) burnt += 1;
      }
      await complete(heir, 'heir', jobs);
    }
    return { waitsMs, burnt, delivered, wrong: ids.size - waitsMs.length };
  }

  async function byKill(how: 'fin' | 'rst', count: number): Promise<Batch> {
    const polls = await park(port, count);
    const enqueuing = enqueue(count);
    await pause(random.between(0, 12));
    // What had arrived whole by then was received: its worker took it along, as one that dies a moment later does.
    const took = polls.flatMap((poll) => poll.answer() ?? []).map((job) => job.id);
    for (const poll of polls) poll.kill(how);
    const killedMs = performance.now();
    const ids = await enqueuing;
    const rest = new Set(ids.filter((id) => !took.includes(id)));
    const batch = await inherit(rest, Math.max(killedMs, performance.now()), took.length);
    // Those come back when nobody confirms them; they are taken out of the next batch's way.
    const late = await inherit(new Set(took), performance.now(), 0);
    return { ...batch, burnt: batch.burnt + late.burnt, wrong: batch.wrong + late.wrong };
  }

  async function byHalfOpen(count: number): Promise<Batch> {
    const way = await openTcpWay(port);
    const polls = await park(way.port, count);
    way.cutAll('half-open');
    const startedMs = performance.now();
    const ids = await enqueue(count);
    const batch = await inherit(new Set(ids), startedMs, 0);
    for (const poll of polls) poll.kill('rst');
    await way.close();
    return batch;
  }

  async function bySigkill(count: number): Promise<Batch> {
    const told = JSON.stringify({ port, workerId: victim, queue: QUEUE, polls: count });
    const child = startChild('chaos/polls/parked-program.ts', { CHAOS_WORKER: told });
    if (child.process.stdout !== null) await once(child.process.stdout, 'data');
    await pause(120);
    const ending = child.end('SIGKILL');
    const ids = await enqueue(count);
    await ending;
    return await inherit(new Set(ids), performance.now(), 0);
  }

  /** The answer was made and never read: the repeat under the same claimId must say the same, to the letter. */
  async function byLostAnswer(count: number): Promise<Batch> {
    const polls = await park(port, count);
    await enqueue(count);
    const startedMs = performance.now();
    await Promise.all(polls.map((poll) => poll.answered));
    const own = await token();
    const repeats = await Promise.all(
      polls.map(async ({ claimId }) => {
        const repeat = await openRawPoll({ port, workerId: victim, token: own, claimId, queue: QUEUE });
        await repeat.answered;
        const waitMs = performance.now() - startedMs;
        repeat.kill('fin');
        return { jobs: repeat.answer() ?? [], waitMs };
      }),
    );
    const told = (jobs: any[] | undefined) =>
      JSON.stringify((jobs ?? []).map(({ id, lease, attempt, payload }) => [id, lease, attempt, payload]));
    const wrong = polls.filter(
      (poll, at) => told(poll.answer()) !== told(repeats[at]?.jobs) || poll.answer()?.length !== 1,
    ).length;
    for (const poll of polls) poll.kill('fin');
    const jobs = repeats.flatMap((repeat) => repeat.jobs);
    await complete(createAsk(url, 'worker', victim), victim, jobs);
    const burnt = jobs.filter((job) => job.attempt !== 1).length;
    return { waitsMs: repeats.map(({ waitMs }) => waitMs), burnt, delivered: 0, wrong };
  }

  return {
    register,
    run: (kind: Kind, count: number): Promise<Batch> => {
      if (kind === 'half-open') return byHalfOpen(count);
      if (kind === 'sigkill') return bySigkill(count);
      return kind === 'lost-answer' ? byLostAnswer(count) : byKill(kind, count);
    },
  };
}

async function complete(ask: Ask, id: string, jobs: readonly any[]): Promise<void> {
  if (jobs.length === 0) return;
  const settlements = jobs.map((job) => ({ jobId: job.id, lease: job.lease, outcome: { type: 'completed' } }));
  while ((await ask('POST', `/workers/${id}/settle`, { body: { settlements } })).ending === 'unknown') await pause(100);
}
