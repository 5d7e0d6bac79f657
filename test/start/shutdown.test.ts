import { expect, test } from 'vitest';
import { createShutdown } from '../../src/start/shutdown.ts';
import type { Supervised } from '../../src/start/supervise.ts';

function recorder(name: string, events: string[], stops: Promise<void>): Supervised {
  return {
    current: () => {
      throw new Error('not asked for');
    },
    keep: () => undefined,
    kill: () => void events.push(`kill ${name}`),
    stop: async () => {
      events.push(`stop ${name}`);
      await stops;
      events.push(`${name} is gone`);
    },
  };
}

test('the worker is gone before the API is asked to stop', async () => {
  const events: string[] = [];
  const shutdown = createShutdown(() => undefined);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  shutdown.add(recorder('api', events, Promise.resolve()));
  shutdown.add(recorder('worker', events, promise));
  const stopped = Promise.all([shutdown.stop(), shutdown.stop()]);
  expect(events).toEqual(['stop worker']);
  resolve(undefined);
  await stopped;
  expect(events).toEqual(['stop worker', 'worker is gone', 'stop api', 'api is gone']);
});
