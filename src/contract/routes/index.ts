import * as attemptPlane from './attempt-plane.ts';
import * as audit from './audit.ts';
import * as deadLetters from './dead-letters.ts';
import * as children from './children.ts';
import type { RouteDefinition } from './define-route.ts';
import * as executions from './executions.ts';
import * as failures from './failures.ts';
import * as files from './files.ts';
import * as jobValue from './job-value.ts';
import * as jobLogs from './job-logs.ts';
import * as jobSearch from './job-search.ts';
import * as jobStanding from './job-standing.ts';
import * as jobs from './jobs.ts';
import * as limits from './limits.ts';
import * as metrics from './metrics.ts';
import * as oidc from './oidc.ts';
import * as operators from './operators.ts';
import * as queues from './queues.ts';
import * as people from './people.ts';
import * as schedules from './schedules.ts';
import * as stream from './stream.ts';
import * as settings from './settings.ts';
import * as workers from './workers.ts';

/** Every route below /api/v1. The server, the OpenAPI document and the hostile-input tests all walk this list. */
export const ROUTES: readonly RouteDefinition[] = [
  ...Object.values(workers),
  ...Object.values(attemptPlane),
  ...Object.values(children),
  ...Object.values(jobs),
  ...Object.values(files),
  ...Object.values(operators),
  ...Object.values(queues),
  ...Object.values(failures),
  ...Object.values(deadLetters),
  ...Object.values(schedules),
  ...Object.values(jobLogs),
  ...Object.values(jobSearch),
  ...Object.values(jobStanding),
  ...Object.values(stream),
  ...Object.values(executions),
  ...Object.values(limits),
  ...Object.values(metrics),
  ...Object.values(audit),
  ...Object.values(people),
  ...Object.values(oidc),
  ...Object.values(settings),
  ...Object.values(jobValue),
];
