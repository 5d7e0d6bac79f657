import type { z } from 'zod';
import { declareJob, type JobChoices, type JobDeclaration } from '../contract/catalogue/declare-job.ts';
import type { JobContext } from './context.ts';

/** What a handler gives back: the job's output, an object of at most 256 KiB of JSON, or nothing. */
export type JobOutput = Readonly<Record<string, unknown>> | undefined;

type Handler<Payload extends z.ZodType> = {
  execute(ctx: JobContext, payload: z.infer<Payload>): Promise<JobOutput>;
};

export type JobDefinition<Payload extends z.ZodType = z.ZodType> = JobDeclaration<Payload> & Handler<Payload>;

/**
 * Joins a declaration with the handler that runs it: in one object, with the defaults of declareJob, or from a
 * declaration that stands elsewhere. The payload that reaches `execute` has passed the declaration's schema; what
 * `execute` throws is translated once, by the executor (see errors.ts for what steers a retry).
 */
export function defineJob<Payload extends z.ZodType>(
  job: JobChoices<Payload> & Handler<Payload>,
): JobDefinition<Payload>;
export function defineJob<Payload extends z.ZodType>(
  declaration: JobDeclaration<Payload>,
  execute: JobDefinition<Payload>['execute'],
): JobDefinition<Payload>;
export function defineJob<Payload extends z.ZodType>(
  job: (JobChoices<Payload> & Handler<Payload>) | JobDeclaration<Payload>,
  execute?: JobDefinition<Payload>['execute'],
): JobDefinition<Payload> {
  const handler = execute ?? ('execute' in job ? job.execute : undefined);
  if (typeof handler !== 'function')
    throw new TypeError(`${job.name}: expected a function execute, got ${typeof handler}`);
  return Object.freeze({ ...declareJob<Payload>(job), execute: handler });
}
