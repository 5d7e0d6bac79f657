import { createLogger } from '../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv } from '../../src/runtime/index.ts';
import { noopJob } from '../jobs/noop.ts';

// One worker process of ours with nothing but the no-op job.
const runtime = createRuntime({
  env: readRuntimeEnv(),
  jobs: [noopJob],
  log: createLogger({ name: 'bench', level: 'warn' }),
});
process.once('SIGTERM', () => void runtime.stop().then(() => process.exit(0)));
await runtime.start();
