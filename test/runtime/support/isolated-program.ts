// The process of one isolated run of the tests: the real program of the runtime with handlers that misbehave.
import { createLogger } from '../../../src/process/logger.ts';
import { createCircuits } from '../../../src/process/circuits.ts';
import { serveIsolated, tellVerdict } from '../../../src/runtime/index.ts';
import { isolatedJobs } from './isolated-jobs.ts';

serveIsolated({
  jobs: isolatedJobs,
  // None of these jobs asks the backend application.
  platform: { forAttempt: () => ({}), httpFor: () => ({}) } as never,
  circuits: createCircuits(undefined, tellVerdict),
  log: createLogger({ name: 'isolated', level: 'silent' }),
});
