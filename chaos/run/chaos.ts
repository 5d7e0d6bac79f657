import { setTimeout as pause } from 'node:timers/promises';
import { checkHistory } from '../check/check-history.ts';
import { type FinalState, readFinalState } from '../check/final-state.ts';
import { tellStory } from '../check/story.ts';
import { inflict } from '../faults/inflict.ts';
import { planFaults } from '../faults/plan.ts';
import type { HistoryEvent } from '../history/event.ts';
import { machineMs, readHistory } from '../history/record.ts';
import { createRandom } from '../random.ts';
import { type Crew, hireCrew } from '../stage/crew.ts';
import { INTERVALS, JOB_NAME } from '../stage/replica.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { createAsk } from '../way/ask.ts';
import { FAIR, ROUGH } from '../way/weather.ts';
import { produce } from '../workers/producer.ts';
import { summarise } from './summarise.ts';

export type ChaosOptions = {
  readonly minutes: number;
  readonly seed: number;
  readonly jobs: number;
  readonly scripted: number;
  readonly real: number;
};

const DRAIN_WITHIN_MS = 180_000;
const SLOW_DRAIN_MS = 20_000;
const STORIES = 10;

/** Load and faults for so long, then peace until everything has ended, then the judgement. True when nothing was violated. */
export async function runChaos(
  { minutes, seed, jobs, ...hands }: ChaosOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const random = createRandom(seed);
  const stage = await openStage(random);
  try {
    stage.way.weather = ROUGH;
    const crew = hireCrew(stage.way.url, random.fork('crew'), hands);
    const overMs = minutes * 60_000;
    say(
      `seed ${seed}: ${jobs} jobs over ${Math.round(overMs / 1000)} s, ${crew.size} workers, ${stage.replicas.length} replicas`,
    );
    const producing = produce({
      ask: createAsk(stage.way.url, 'producer', 'chaos'),
      operator: createAsk(stage.way.url, 'operator', 'chaos'),
      jobs,
      overMs: overMs * 0.9,
      random: random.fork('producer'),
    });
    await disturb(stage, crew, random.fork('faults'), overMs, say);
    stage.way.weather = FAIR;
    await producing;
    const drained = await drain(stage, say);
    await crew.dismiss();
    const events = readHistory(stage.historyFolder);
    if (drained.tookMs > SLOW_DRAIN_MS) say(tellLast(events, drained.final));
    return judge(events, drained.final, say);
  } finally {
    await stage.close();
  }
}

async function disturb(
  stage: Stage,
  crew: Crew,
  random: ReturnType<typeof createRandom>,
  overMs: number,
  say: (line: string) => void,
): Promise<void> {
  const startedMs = machineMs();
  for (const { kind, pauseMs, dice } of planFaults(random)) {
    await pause(pauseMs);
    if (machineMs() - startedMs > overMs) return;
    say(`${((machineMs() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${kind}`);
    await inflict(kind, stage, crew, dice);
  }
}

/** Peace: waits until no job waits or runs, and tells what the database holds then. */
async function drain(stage: Stage, say: (line: string) => void): Promise<{ final: FinalState; tookMs: number }> {
  const startedMs = machineMs();
  for (;;) {
    const left = await stage.withDatabase(async (db) => {
      const found = await db.query<{ left: number }>(
        `SELECT count(*)::int AS left FROM pgboss.job WHERE data ->> 'name' = $1 AND name <> 'dead_letter' AND state < 'completed'`,
        [JOB_NAME],
      );
      return found.rows[0]?.left ?? 0;
    });
    if (left === 0 || machineMs() - startedMs > DRAIN_WITHIN_MS) {
      say(`drained in ${((machineMs() - startedMs) / 1000).toFixed(1)} s, ${left} left`);
      const tookMs = machineMs() - startedMs;
      return { tookMs, final: await stage.withDatabase((db) => readFinalState(db, JOB_NAME)) };
    }
    await pause(250);
  }
}

/** The job that kept the others waiting, for whoever wonders why a drain took long. */
function tellLast(events: readonly HistoryEvent[], final: FinalState): string {
  const settles = events.flatMap((event) => (event.op === 'settle' && event.ending === 'ok' ? [event] : []));
  const last = settles.sort((a, b) => b.endedMs - a.endedMs)[0];
  const about = last === undefined ? {} : { jobId: last.jobId };
  return tellStory({ rule: 'no violation', message: 'the job that ended last', ...about }, events, final);
}

function judge(events: readonly HistoryEvent[], final: FinalState, say: (line: string) => void): boolean {
  const violations = checkHistory(events, final, INTERVALS.leaseSeconds * 1000);
  for (const line of summarise(events, final)) say(line);
  for (const violation of violations.slice(0, STORIES)) say(tellStory(violation, events, final));
  if (violations.length > STORIES) say(`… and ${violations.length - STORIES} more`);
  say(violations.length === 0 ? '✔ no violation' : `✘ ${violations.length} violations`);
  return violations.length === 0;
}
