import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { z } from 'zod';
import { KEPT_RECORDS } from '../src/api-bridge/admin/executions.ts';
import { METRICS_KEPT } from '../src/api-bridge/backend/metrics/retention.ts';
import { retryDelaySeconds } from '../src/api-bridge/queue/retry-delay.ts';
import { POISON_AFTER } from '../src/api-bridge/queue/reaper.ts';
import { declareJob } from '../src/contract/catalogue/declare-job.ts';
import { AI_PROVIDER_CIRCUIT, CIRCUITS } from '../src/contract/circuits.ts';
import { failureCategory } from '../src/contract/failure-category.ts';
import { LIMITS } from '../src/contract/limits.ts';
import { QUEUES } from '../src/contract/queues.ts';
import { SCHEDULES } from '../src/contract/schedules/schedules.ts';
import { PRIMARY_TOKEN_SECONDS } from '../src/jobs/clients/auth-scopes.ts';
import { API_DIALECT, BACKEND_DIALECT } from '../src/jobs/clients/dialect.ts';
import { TOOL_LOOP_MAX_ITERATIONS } from '../src/jobs/clients/llm-proxy-client.ts';
import { TRANSPORT_PAUSE } from '../src/jobs/clients/transport-retry.ts';
import { apiErrorDelaySeconds, readJobsEnv } from '../src/jobs/index.ts';
import { RETRYABLE_STATUSES } from '../src/process/bridge-error.ts';
import { ROTATION_GRACE_MS } from '../src/process/token-secrets.ts';
import { MARK_SECONDS } from '../src/runtime/facilities/idempotency.ts';
import { LOCK_SECONDS } from '../src/runtime/facilities/locks.ts';
import { readRuntimeEnv } from '../src/runtime/index.ts';
import { type Api, startApi } from './support/api.ts';

const byDefault = declareJob({ name: 'any', queue: 'default', payload: z.object({}) });
const other = (attempt: number, random: number) =>
  retryDelaySeconds({ kind: 'standard' }, attempt, { message: 'x' }, () => random);
const seconds = ({
  failures,
  recoveryMs,
  timeoutMs,
}: (typeof CIRCUITS)[keyof typeof CIRCUITS] | typeof AI_PROVIDER_CIRCUIT) => [
  failures,
  recoveryMs / 1000,
  timeoutMs / 1000,
];
const ofWeight = (weight: number) => QUEUES.filter((queue) => queue.weight === weight).length;

/**
 * The numbers that were taken over, each with the section of the system's description that it stands in. What they do is
 * tested where they are used; here nobody changes one unnoticed.
 */
const NUMBERS: readonly (readonly [source: string, what: string, is: unknown, number: unknown])[] = [
  ['1.1 options', 'attempts in all, of which 3 are retries', byDefault.maxAttempts, 4],
  ['1.2 runaway, 1.3 keys', 'executions told of a job key', KEPT_RECORDS.executions, 20],
  ['1.3 job_failures', 'failures told of a job key', KEPT_RECORDS.failures, 10],
  ['1.3 job_failures', 'and for so many seconds', KEPT_RECORDS.failureSeconds, 3600],
  ['1.3 job_success', 'a success is fresh for so many seconds', KEPT_RECORDS.successSeconds, 300],
  ['1.3 job_metrics', 'samples kept of a name', METRICS_KEPT.ofName, 1_000],
  ['1.3 job_metrics', 'and for so many seconds', METRICS_KEPT.seconds, 86_400],
  ['1.3 idempotency', 'a mark lives for so many seconds', MARK_SECONDS, 86_400],
  ['1.3 lock, 10.1', 'a lock outlives its holder by so many seconds', LOCK_SECONDS, 300],
  [
    '1.4 API errors',
    'seconds by attempt, told by the worker',
    [1, 2, 3, 4, 9].map((n) => apiErrorDelaySeconds(n)),
    [30, 60, 180, 300, 300],
  ],
  [
    '1.4 API errors',
    'seconds by attempt, told by the API',
    [1, 2, 3, 4, 9].map((n) => retryDelaySeconds({ kind: 'standard' }, n, { message: 'x', name: 'ApiError' })),
    [30, 60, 180, 300, 300],
  ],
  [
    '1.4 other errors',
    'count^4 + 15 + rand × (count + 1)',
    [other(1, 0), other(2, 0), other(1, 15 / 30), other(3, 29 / 30)],
    [16, 31, 46, 212],
  ],
  ['1.5 retryable', 'statuses', [...RETRYABLE_STATUSES], [408, 429, 500, 502, 503, 504]],
  ['2.1 exp', 'a service token lives for so many seconds', LIMITS.tokenLifeSeconds, 300],
  ['2.1 cache', 'and is used for so many', LIMITS.tokenCacheSeconds, 240],
  ['2.1 server check', 'hours of grace for the previous secret', ROTATION_GRACE_MS / 3_600_000, 24],
  ['2.2 User-Agent', 'BackendApiClient', BACKEND_DIALECT.userAgent, 'PowernodeWorker/1.0'],
  ['2.2 User-Agent', 'ApiClient', API_DIALECT.userAgent, 'PowernodeWorkerAgent/1.0'],
  ['2.2 timeout', 'API_TIMEOUT in seconds', readJobsEnv({}).apiTimeoutMs / 1000, 120],
  ['2.2 transport retry', 'MAX_RETRY_ATTEMPTS', readJobsEnv({}).mostRepeats, 3],
  ['2.2 transport retry', 'interval, factor, randomness', TRANSPORT_PAUSE, { firstMs: 500, factor: 2, jitter: 0.5 }],
  ['2.3 PrimaryServiceAuth', 'cache in seconds', PRIMARY_TOKEN_SECONDS, 300],
  ['2.4 backend_api', 'failures, recovery, timeout', seconds(CIRCUITS.backend_api), [15, 60, 120]],
  ['2.4 web_auth_api', 'failures, recovery, timeout', seconds(CIRCUITS.web_auth_api), [10, 60, 15]],
  ['2.4 ai_provider_<name>', 'failures, recovery, timeout', seconds(AI_PROVIDER_CIRCUIT), [5, 120, 600]],
  ['2.4 workflow_execution', 'failures, recovery, timeout', seconds(CIRCUITS.workflow_execution), [5, 120, 600]],
  ['2.5 tool loop', 'iterations at most', TOOL_LOOP_MAX_ITERATIONS, 10],
  ['8.2 table', 'schedules', SCHEDULES.length, 67],
  ['8.4 queues', 'declared queues', QUEUES.length, 34],
  ['8.4 queues', 'of weight 3, 2, 1', [3, 2, 1].map(ofWeight), [6, 22, 6]],
  [
    '10.3 rdev classes',
    'of failures',
    failureCategory.options,
    ['RATE_LIMITED', 'AUTH_FAILED', 'TIMEOUT', 'AGENT_ERROR'],
  ],
  ['13 concurrency', 'slots of a worker', readRuntimeEnv({ WORKER_SERVICE_TOKEN: 'x'.repeat(32) }).concurrency, 5],
  ['poison', 'lost workers that quarantine a job', POISON_AFTER, 3],
  ['rdev pool', 'seconds of silence until a worker is offline', LIMITS.workerOfflineSeconds, 90],
];

describe('the numbers that were taken over', () => {
  it.each(NUMBERS)('§%s: %s', (_source, _what, is, number) => {
    expect(is).toEqual(number);
  });
});

describe('what the queues themselves are told', () => {
  let api: Api;
  let database: pg.Client;
  beforeAll(async () => {
    api = await startApi();
    database = new pg.Client({ connectionString: api.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await api.stop();
  });

  it.each([
    ['rdev pool: finished jobs are cleaned after 7 days', 'deletion_seconds', "name <> 'dead_letter'", 7],
    ['dead jobs are kept for two weeks', 'retention_seconds', "name = 'dead_letter'", 14],
  ])('%s', async (_, column, where, days) => {
    const { rows } = await database.query(`SELECT DISTINCT ${column} AS seconds FROM pgboss.queue WHERE ${where}`);
    expect(rows).toEqual([{ seconds: days * 86_400 }]);
  });
});
