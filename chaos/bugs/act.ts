import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { checkHistory } from '../check/check-history.ts';
import type { Violation } from '../check/facts.ts';
import { type FinalState, readFinalState } from '../check/final-state.ts';
import type { HistoryEvent } from '../history/event.ts';
import { createRecorder, readHistory } from '../history/record.ts';
import { tellCall } from '../history/tell-call.ts';
import { createRandom } from '../random.ts';
import { JOB_NAME, QUEUE, type Replica, startReplica } from '../stage/replica.ts';
import { createAsk } from '../way/ask.ts';
import { openHttpWay } from '../way/http-way.ts';
import { createScriptedWorker } from '../workers/scripted-worker.ts';
import { createPlay } from './play.ts';
import { SCENARIOS } from './scenarios.ts';

const LEASE_SECONDS = 2;
const SHORT = {
  LEASE_SECONDS: String(LEASE_SECONDS),
  CONFIRM_SECONDS: '1',
  HEARTBEAT_SECONDS: '0.5',
  CLAIM_WAIT_SECONDS: '1',
};
/** Long enough for every lease to end twice; shorter than pg-boss's own net of a minute, which would hide a fault. */
const DRAIN_WITHIN_MS = 12_000;

export type Judged = {
  readonly violations: readonly Violation[];
  readonly events: readonly HistoryEvent[];
  readonly final: FinalState;
};

/** Plays one scenario on a fresh database, with a bug or without, lets an honest worker end what is left, and judges. */
export async function act(
  postgresUrl: string,
  folder: string,
  scenario: string,
  bug: string | undefined,
): Promise<Judged> {
  const play = SCENARIOS[scenario];
  if (play === undefined) throw new Error(`expected a scenario, got ${scenario}`);
  const own = await mkdtemp(join(folder, 'act-'));
  const historyFolder = join(own, 'history');
  await mkdir(historyFolder);
  const databaseUrl = await createDatabase(postgresUrl);
  const replicas: Replica[] = [];
  const count = scenario === 'heard by the other replica' ? 2 : 1;
  for (let n = 0; n < count; n += 1) replicas.push(await startReplica({ databaseUrl, folder: own, env: SHORT, bug }));
  const recorder = createRecorder(historyFolder, 'wire');
  const holders = new Map<string, string>();
  const open = (targets: readonly string[]) =>
    openHttpWay({
      targets: () => targets,
      random: createRandom(1),
      hear: (call, told) => {
        for (const event of tellCall(call, told, holders)) recorder.add(event);
      },
    });
  const ways = [
    await open(replicas.map(({ url }) => url)),
    ...(await Promise.all(replicas.map(({ url }) => open([url])))),
  ];
  const url = ways[0]?.url ?? '';
  try {
    await play(
      createPlay({
        url,
        replicas: replicas.map((replica, at) => ({ ...replica, url: ways[at + 1]?.url ?? '' })),
        leaseMs: LEASE_SECONDS * 1000,
        withDatabase: (step) => withDatabase(databaseUrl, step),
      }),
    );
    await drain(url, databaseUrl);
    const final = await withDatabase(databaseUrl, (db) => readFinalState(db, JOB_NAME));
    const events = readHistory(historyFolder);
    return { violations: checkHistory(events, final, LEASE_SECONDS * 1000), events, final };
  } finally {
    await Promise.all(replicas.map((replica) => replica.child().end('SIGKILL')));
    await Promise.all(ways.map((way) => way.close()));
    await rm(own, { recursive: true, force: true });
  }
}

async function drain(url: string, databaseUrl: string): Promise<void> {
  const worker = createScriptedWorker({
    ask: createAsk(url, 'worker', 'honest'),
    id: 'honest',
    queues: [QUEUE],
    slots: 10,
    random: createRandom(1),
  });
  const working = worker.work();
  const deadline = performance.now() + DRAIN_WITHIN_MS;
  for (;;) {
    const left = await withDatabase(databaseUrl, (db) =>
      db.query(
        `SELECT 1 FROM pgboss.job WHERE data ->> 'name' = $1 AND name <> 'dead_letter' AND state < 'completed' LIMIT 1`,
        [JOB_NAME],
      ),
    );
    if (left.rowCount === 0 || performance.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  worker.stop();
  await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 5_000))]);
}

async function createDatabase(postgresUrl: string): Promise<string> {
  const name = `act_${crypto.randomUUID().replaceAll('-', '')}`;
  await withDatabase(postgresUrl, (db) => db.query(`CREATE DATABASE ${name}`));
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withDatabase<T>(connectionString: string, step: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = new pg.Client({ connectionString });
  await db.connect();
  try {
    return await step(db);
  } finally {
    await db.end();
  }
}
