import { sleep } from '../../process/sleep.ts';
import type { Server } from './server.ts';
import { stopProcess } from './stop-process.ts';

export type SupervisedServer = {
  pid(): number;
  start(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** Keeps one server running until it is stopped: a server that exits unasked is started again, with a growing pause. */
export function superviseServer(
  startOnce: (signal: AbortSignal) => Promise<Server>,
  log: (line: string) => void,
): SupervisedServer {
  const end = new AbortController();
  let current: Server | undefined;
  let lastStep: Promise<unknown> = Promise.resolve();

  // Starting, reviving and stopping never overlap, or two servers would fight for one data folder.
  function inTurn(step: () => Promise<void>): Promise<void> {
    const result = lastStep.then(step);
    lastStep = result.catch(() => undefined);
    return result;
  }

  async function start(): Promise<void> {
    const server = await startOnce(end.signal);
    current = server;
    void server.exited.then(() => inTurn(() => revive(server)));
  }

  async function revive(exited: Server): Promise<void> {
    for (let pauseMs = 100; current === exited && !end.signal.aborted; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      log(`the embedded PostgreSQL (process ${exited.pid}) exited unasked and is started again`);
      try {
        await start();
      } catch (error) {
        log(error instanceof Error ? error.message : String(error));
        await sleep(pauseMs, end.signal);
      }
    }
  }

  async function halt(): Promise<void> {
    const server = current;
    current = undefined;
    if (server !== undefined) await stopProcess(server.pid, { fastMs: 10_000, immediateMs: 5_000 });
  }

  return {
    pid: () => current?.pid ?? 0,
    start: () => inTurn(start),
    restart: () =>
      inTurn(async () => {
        await halt();
        await start();
      }),
    stop: () => {
      end.abort();
      return inTurn(halt);
    },
  };
}
