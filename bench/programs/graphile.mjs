import { Logger, run } from 'graphile-worker';

// One process of Graphile Worker in its fastest mode: local queue of 500, batched completion, nothing logged.
let told = false;
await run({
  connectionString: process.argv[2],
  concurrency: 32,
  maxPoolSize: 16,
  noHandleSignals: true,
  logger: new Logger(() => () => undefined),
  taskList: {
    noop: async () => {
      if (!told) process.stdout.write('first\n');
      told = true;
    },
  },
  preset: {
    worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
  },
});
process.once('SIGTERM', () => process.exit(0));
