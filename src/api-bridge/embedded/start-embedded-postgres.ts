import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { ensureDatabase } from './database.ts';
import { connectionUrl } from './find-running.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { choosePort, rememberPort } from './port.ts';
import { clearPredecessor } from './postmaster-file.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { startServer } from './server.ts';
import type { ServerSettings } from './settings.ts';
import { superviseServer, type SupervisedServer } from './supervised-server.ts';

export type EmbeddedPostgresOptions = {
  /** Holds the cluster, its password and its port; made when missing. One process at a time may own it. */
  dataDir: string;
  port?: number;
  /** Gets every line that the server logs. */
  log?: (line: string) => void;
  /** Over the settings that suit a job queue; for tests. */
  settings?: ServerSettings;
  /** Instead of the ways that suit the starting user; for tests. */
  ways?: RunAs[];
};

export type EmbeddedPostgres = {
  url: string;
  port: number;
  /** Of the server that runs now; it changes when the server was started again. */
  pid(): number;
  /** Stops the server and starts it on the same port. */
  restart(): Promise<void>;
  /** Idempotent; once resolved, no server is left and the data folder is free. */
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL that comes inside a package, on the loopback interface only. A server that dies unasked is started
 * again on the same port until `stop`. Refuses, with one line that says what to do, a data folder that another process uses.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const lock = await acquireOwnerLock(dataDir);
  let server: SupervisedServer | undefined;
  try {
    const started = await launch({ ...options, dataDir });
    server = started.server;
    await ensureDatabase(connectionUrl(started, 'postgres'), 'powernode');
    const { pid, restart, stop } = server;
    return {
      url: connectionUrl(started, 'powernode'),
      port: started.port,
      pid,
      restart,
      stop: async () => {
        await stop();
        await lock.release();
      },
    };
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw error;
  }
}

type Started = { server: SupervisedServer; port: number; password: string };

async function launch({ dataDir, settings, ways, ...options }: EmbeddedPostgresOptions): Promise<Started> {
  const log = options.log ?? (() => undefined);
  const binaries = findBinaries();
  // As root the server runs as another user, which must pass through this folder but need not list it.
  await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  await clearPredecessor(join(dataDir, 'cluster'), log);
  const way = await chooseRunAs(binaries, dataDir, ways);
  log(`the embedded PostgreSQL runs ${way.name}`);
  const { directory, password } = await ensureCluster(dataDir, binaries, way);
  for (let tries = 1; ; tries += 1) {
    const port = await choosePort(dataDir, options.port);
    const server = superviseServer(
      (signal) => startServer({ binaries, way, directory, port, settings, log }, signal),
      log,
    );
    try {
      await server.start();
      await rememberPort(dataDir, port);
      return { server, port, password };
    } catch (error) {
      // Between the look at a free port and its use, another program may have taken it.
      const isRaced = error instanceof Error && error.message.includes('in use') && options.port === undefined;
      if (!isRaced || tries >= 5) throw error;
    }
  }
}
