import { createInterface } from 'node:readline';
import { readStream } from '../../contract/routes/stream.ts';
import { sleep } from '../../process/sleep.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';

export type JobKey = { readonly queue: string; readonly id: string };

export type Hub = {
  /** Calls back when the API says that something changed. `token` is used for a stream that nobody else listens to yet. */
  listen(listener: Listener): () => void;
  stop(): void;
};

type Listener = { readonly token: string; readonly job: JobKey | undefined; onChange(): void; onEnd(): void };
type Channel = { readonly listeners: Set<Listener>; readonly stopping: AbortController };

const SILENT_MS = 40_000;
const AGAIN_MS = 2_000;

/** One stream from the API for everybody who looks at the same thing, however many they are. */
export function createHub(bridge: DashboardBridge): Hub {
  const channels = new Map<string, Channel>();

  function channelOf(job: JobKey | undefined): Channel {
    const key = job === undefined ? '' : `${job.queue}/${job.id}`;
    const known = channels.get(key);
    if (known !== undefined) return known;
    const channel: Channel = { listeners: new Set(), stopping: new AbortController() };
    channels.set(key, channel);
    void follow(channel, job).finally(() => {
      channels.delete(key);
      for (const listener of channel.listeners) listener.onEnd();
    });
    return channel;
  }

  async function follow({ listeners, stopping }: Channel, job: JobKey | undefined): Promise<void> {
    // The listener comes in after the channel is made.
    await Promise.resolve();
    while (!stopping.signal.aborted) {
      const [first] = listeners;
      if (first === undefined) return;
      await readOnce(first.token, job, stopping.signal, () => {
        for (const { onChange } of listeners) onChange();
      }).catch(() => {
        // With this person's session it does not work (any more): theirs ends, and the next one's is tried.
        listeners.delete(first);
        first.onEnd();
      });
      await sleep(AGAIN_MS, stopping.signal);
    }
  }

  async function readOnce(token: string, job: JobKey | undefined, signal: AbortSignal, onChange: () => void) {
    const answer = await bridge.ask((client) =>
      client.raw('GET', readStream.path, {
        token,
        signal,
        idleTimeoutMs: SILENT_MS,
        ...(job === undefined ? {} : { query: job }),
      }),
    );
    for await (const line of createInterface({ input: answer.body })) if (line === 'event: change') onChange();
  }

  return {
    listen(listener) {
      const channel = channelOf(listener.job);
      channel.listeners.add(listener);
      return () => {
        channel.listeners.delete(listener);
        if (channel.listeners.size === 0) channel.stopping.abort();
      };
    },
    stop() {
      for (const { stopping, listeners } of channels.values()) {
        for (const listener of [...listeners]) listener.onEnd();
        stopping.abort();
      }
    },
  };
}
