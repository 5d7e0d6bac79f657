import { setTimeout as pause } from 'node:timers/promises';
import { checkHistory } from '../check/check-history.ts';
import { readFinalState } from '../check/final-state.ts';
import { tellStory } from '../check/story.ts';
import type { HistoryEvent } from '../history/event.ts';
import { readHistory } from '../history/record.ts';
import { createRandom } from '../random.ts';
import { type Crew, hireCrew } from '../stage/crew.ts';
import { JOB_NAME, QUEUE } from '../stage/replica.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { type Ask, createAsk } from '../way/ask.ts';

type Options = { readonly rounds: number; readonly rate: number; readonly seed: number };
/** As a deployment has them. */
const LEASE_SECONDS = 12;
const USUAL = {
  HEARTBEAT_SECONDS: '4',
  LEASE_SECONDS: String(LEASE_SECONDS),
  CONFIRM_SECONDS: '5',
  CLAIM_WAIT_SECONDS: '25',
  DATABASE_POOL: '20',
};
type Say = (line: string) => void;

/** As a deployment does it: one process at a time is asked to end, and started again, while the load goes on. */
export async function runRolling({ rounds, rate, seed }: Options, say: Say): Promise<boolean> {
  const random = createRandom(seed);
  const stage = await openStage(random, USUAL);
  try {
    const crew = hireCrew(stage.way.url, random.fork('crew'), { scripted: 2, real: 2 });
    const over = new AbortController();
    const load = keepLoading(createAsk(stage.way.url, 'producer', 'rolling'), rate, over.signal);
    await pause(2_000);
    for (let round = 1; round <= rounds; round += 1) {
      await roll(stage, crew);
      say(`round ${round}: every replica and every worker is a new one`);
    }
    over.abort();
    const { sent, repeats, refused } = await load;
    await untilDone(stage, sent, say);
    await crew.dismiss();
    say(`${repeats} calls repeated, ${refused} refused`);
    return (await judge(stage, say)) && refused === 0;
  } finally {
    await stage.close();
  }
}

async function roll({ replicas }: Stage, crew: Crew): Promise<void> {
  for (const replica of replicas) {
    await replica.child().end('SIGTERM');
    await replica.start();
  }
  for (let at = 0; at < crew.size; at += 1) await crew.replace(at, 'SIGTERM');
}

/** Jobs one by one at this rate, each sent again under its key until the answer is definite. */
async function keepLoading(ask: Ask, rate: number, over: AbortSignal) {
  const startedAt = performance.now();
  const inFlight = new Set<Promise<void>>();
  const told = { sent: 0, repeats: 0, refused: 0 };

  async function send(n: number): Promise<void> {
    const body = { name: JOB_NAME, queue: QUEUE, payload: { n, workMs: n % 20, calm: true } };
    for (;;) {
      const answer = await ask('POST', '/jobs', { body, key: `rolling-${n}` });
      if (answer.ending === 'failed') told.refused += 1;
      if (answer.ending !== 'unknown') return;
      told.repeats += 1;
      await pause(100);
    }
  }

  while (!over.aborted) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000);
    for (; told.sent < due && inFlight.size < 128; told.sent += 1) {
      const sending = send(told.sent).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
    }
    await pause(5);
  }
  await Promise.all(inFlight);
  return told;
}

async function untilDone(stage: Stage, jobs: number, say: Say): Promise<void> {
  const startedAt = performance.now();
  const deadline = startedAt + 90_000;
  let left = jobs;
  while (performance.now() < deadline) {
    const done = await stage.withDatabase((db) =>
      db.query<{ done: number }>(
        `SELECT count(*)::int AS done FROM pgboss.job WHERE data ->> 'name' = $1 AND state = 'completed'`,
        [JOB_NAME],
      ),
    );
    left = jobs - (done.rows[0]?.done ?? 0);
    if (left === 0) break;
    await pause(250);
  }
  say(`${jobs} jobs; all were done ${Math.round(performance.now() - startedAt)} ms after the last, but for ${left}`);
}

async function judge(stage: Stage, say: Say): Promise<boolean> {
  const events = readHistory(stage.historyFolder);
  const final = await stage.withDatabase((db) => readFinalState(db, JOB_NAME));
  const violations = checkHistory(events, final, LEASE_SECONDS * 1000);
  for (const violation of violations.slice(0, 5)) say(tellStory(violation, events, final));
  const burnt = final.attempts.filter(
    ({ attempt, outcome }) => attempt > 1 || outcome === 'lost' || outcome === 'failed',
  );
  for (const { jobId } of burnt.slice(0, 3))
    say(tellStory({ rule: 'a polite restart burns nothing', message: 'an attempt was burnt', jobId }, events, final));
  const given = final.attempts.filter(({ outcome }) => outcome === 'released').length;
  const waits = waitsOf(events);
  const at = (share: number) => Math.round(waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0);
  say(
    `waited from the acknowledgement to the claim: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms; ${given} given back`,
  );
  const isSound = violations.length === 0 && burnt.length === 0;
  say(
    isSound
      ? '✔ no call failed, nothing ran again, no attempt burnt'
      : `✘ ${violations.length} violations, ${burnt.length} attempts burnt`,
  );
  return isSound;
}

function waitsOf(events: readonly HistoryEvent[]): number[] {
  const enqueuedMs = new Map(
    events.flatMap((event) =>
      event.op === 'enqueue' && event.ending === 'ok'
        ? (event.ids ?? []).map((id) => [id, event.endedMs] as const)
        : [],
    ),
  );
  const claimedMs = new Map<string, number>();
  for (const event of events) {
    if (event.op !== 'claim') continue;
    for (const { jobId } of event.jobs) claimedMs.set(jobId, Math.min(event.endedMs, claimedMs.get(jobId) ?? Infinity));
  }
  return [...enqueuedMs].map(([id, ms]) => Math.max(0, (claimedMs.get(id) ?? Infinity) - ms)).sort((a, b) => a - b);
}
