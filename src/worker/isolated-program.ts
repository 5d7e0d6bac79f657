// The process of one isolated run. The worker starts it with its own environment, and orders the job over IPC.
import { createJobs, createPlatformClients, loadJobs, readJobsEnv } from '../jobs/index.ts';
import { createCircuits } from '../process/circuits.ts';
import { createLogger } from '../process/logger.ts';
import { readRuntimeEnv, serveIsolated, tellVerdict } from '../runtime/index.ts';
import { readWorkerEnv } from './env.ts';

const { jobsPath, logLevel } = readWorkerEnv();
const log = createLogger({ name: 'isolated', level: logLevel });
const jobsEnv = readJobsEnv();
const { tokenKey, workerId } = readRuntimeEnv();
const { platformUrl: baseUrl, apiTimeoutMs: timeoutMs, mostRepeats, outboundAllow } = jobsEnv;
const circuits = createCircuits(undefined, tellVerdict);
const circuit = circuits.get('backend_api');
const own = jobsPath === undefined ? [] : await loadJobs(jobsPath);
const { definitions } = createJobs(jobsEnv, (message) => log.warn(message));
serveIsolated({
  jobs: [...definitions, ...own],
  platform: createPlatformClients({
    baseUrl,
    tokenKey,
    workerId,
    circuits,
    circuit,
    timeoutMs,
    mostRepeats,
    outboundAllow,
  }),
  circuits,
  log,
});
