import pg from 'pg';
import { backoffMs, CALM_BACKOFF } from '../../process/backoff.ts';
import type { Service } from '../../process/lifecycle.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';

export type ListenerOptions = {
  readonly url: string;
  readonly channel: string;
  onNotify(payload: string): void;
  /** Called after every (re)connect: notifications sent in between are lost, so look for yourself. */
  onReconnect(): void;
};

export type Listener = Service & { isListening(): boolean };

/** One dedicated connection that LISTENs for ever: reconnects with backoff, and finds dead connections by asking. */
export function createListener(options: ListenerOptions, log: Logger): Listener {
  const stopping = new AbortController();
  let listening = false;
  let loop: Promise<void> | undefined;

  async function listenOnce(): Promise<void> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: 'powernode-listener',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    let broken = false;
    const breaks = new AbortController();
    const onBreak = () => {
      broken = true;
      breaks.abort();
    };
    client.on('error', onBreak);
    client.on('end', onBreak);
    client.on('notification', (message) => options.onNotify(message.payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN "${options.channel}"`);
      listening = true;
      options.onReconnect();
      // A half-open connection looks idle for ever; a question every 5 s tells.
      while (!stopped() && !isBroken()) {
        await sleep(5_000, AbortSignal.any([stopping.signal, breaks.signal]));
        if (!stopped() && !isBroken()) await client.query('SELECT 1');
      }
    } finally {
      listening = false;
      await client.end().catch(() => undefined);
    }
    function isBroken(): boolean {
      return broken;
    }
  }

  function stopped(): boolean {
    return stopping.signal.aborted;
  }

  async function listenForEver(): Promise<void> {
    for (let failures = 0; !stopped();) {
      const startedAt = performance.now();
      try {
        await listenOnce();
      } catch (error) {
        log.debug({ err: error }, 'the listening connection broke');
      }
      failures = performance.now() - startedAt > 10_000 ? 1 : failures + 1;
      if (!stopped()) await sleep(backoffMs(CALM_BACKOFF, failures), stopping.signal);
    }
  }

  return {
    name: 'listener',
    async start() {
      loop ??= listenForEver();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
    isListening: () => listening,
  };
}
