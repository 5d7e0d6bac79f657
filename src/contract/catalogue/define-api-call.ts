import { z } from 'zod';
import { declareJob, type JobDeclaration } from './declare-job.ts';

/** A job that makes one call to the backend application and reports its answer. */
export type ApiCallDeclaration = JobDeclaration & {
  readonly call: {
    readonly method: 'GET' | 'POST';
    /** Below /api/v1; a name in braces is filled from the payload. */
    readonly path: string;
  };
};

type Choices = {
  readonly name: string;
  /** `default` unless said otherwise. */
  readonly queue?: string;
  readonly method: ApiCallDeclaration['call']['method'];
  readonly path: string;
  /** The seed system's class, so that its own enqueue form finds the job. */
  readonly jobClass?: string;
  /** Further attempts after the first; the seed's number of the class, 3 where it has none. */
  readonly retries?: number;
  /** All of the payload goes along, in a POST as its body. */
  readonly payload?: z.ZodObject;
};

/** The seed's global limit of a job. */
const TIMEOUT_SECONDS = 300;

/** Declares a job that makes one call: tried again like any job, given up at once when the backend has no such route. */
export function defineApiCall({
  name,
  queue = 'default',
  method,
  path,
  jobClass,
  retries = 3,
  payload,
}: Choices): ApiCallDeclaration {
  const fields = payload ?? z.looseObject({});
  const seed = jobClass === undefined ? {} : { seed: { jobClass, args: Object.keys(fields.shape) } };
  const terms = { maxAttempts: retries + 1, timeoutSeconds: TIMEOUT_SECONDS, runaway: {} };
  const job = { name, queue, payload: fields, ...terms, ...seed };
  return Object.freeze({ ...declareJob(job), call: { method, path } });
}

type Route = `${ApiCallDeclaration['call']['method']} ${string}`;

/** The one-line form for many calls of one queue: `call('ai.trust_decay', 'POST ai/…/decay', 'AiTrustDecayJob')`. */
export function apiCallsOf(queue: string, retries: number) {
  return (name: string, route: Route, jobClass: string, payload?: z.ZodObject): ApiCallDeclaration => {
    const [verb, path = ''] = route.split(' ');
    const method = verb === 'GET' ? 'GET' : 'POST';
    return defineApiCall({
      name,
      queue,
      retries,
      method,
      path,
      jobClass,
      ...(payload === undefined ? {} : { payload }),
    });
  };
}
