import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { createRecorder, type Recorder } from '../history/record.ts';
import { tellCall } from '../history/tell-call.ts';
import type { Random } from '../random.ts';
import { type HttpWay, openHttpWay } from '../way/http-way.ts';
import { openTcpWay, type TcpWay } from '../way/tcp-way.ts';
import { type Replica, startReplica } from './replica.ts';

export type Stage = {
  readonly postgres: EmbeddedPostgres;
  /** Between the replicas and PostgreSQL. */
  readonly databaseWay: TcpWay;
  readonly replicas: readonly Replica[];
  /** Between the clients and the replicas. */
  readonly way: HttpWay;
  readonly recorder: Recorder;
  readonly historyFolder: string;
  /** A connection past every fault, for judging. */
  withDatabase<T>(step: (db: pg.Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** PostgreSQL, two replicas of the api, and the two ways on which faults are inflicted; every call is told to the history. */
export async function openStage(random: Random, env: Record<string, string> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-chaos-'));
  const historyFolder = join(folder, 'history');
  await mkdir(historyFolder);
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  const databaseWay = await openTcpWay(postgres.port);
  const url = new URL(postgres.url);
  url.port = String(databaseWay.port);
  const replicas: Replica[] = [];
  for (let n = 0; n < 2; n += 1) replicas.push(await startReplica({ databaseUrl: url.href, folder, env }));
  const recorder = createRecorder(historyFolder, 'wire');
  const holders = new Map<string, string>();
  const way = await openHttpWay({
    targets: () => replicas.map((replica) => replica.url),
    random: random.fork('wire'),
    hear: (call, told) => {
      for (const event of tellCall(call, told, holders)) recorder.add(event);
    },
  });
  return {
    postgres,
    databaseWay,
    replicas,
    way,
    recorder,
    historyFolder,
    async withDatabase(step) {
      const db = new pg.Client({ connectionString: postgres.url });
      db.on('error', () => undefined);
      await db.connect();
      try {
        return await step(db);
      } finally {
        await db.end().catch(() => undefined);
      }
    },
    async close() {
      await way.close();
      await Promise.all(replicas.map((replica) => replica.child().end('SIGKILL')));
      await databaseWay.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
