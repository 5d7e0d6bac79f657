import { run } from 'graphile-worker';

// One process of Graphile Worker in its fastest mode: local queue of 500, batched completion.
const runner = await run({
  connectionString: process.argv[2],
  concurrency: 32,
  maxPoolSize: 16,
  noHandleSignals: true,
  taskList: { noop: async () => undefined },
  preset: {
    worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
  },
});
process.once('SIGTERM', () => void runner.stop().then(() => process.exit(0)));
