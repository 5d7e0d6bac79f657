import type { z } from 'zod';
import type { JobDeclaration } from '../contract/catalogue/declare-job.ts';
import type { JobContext } from './context.ts';

/** What a handler gives back: the job's output, an object of at most 256 KiB of JSON, or nothing. */
export type JobOutput = Readonly<Record<string, unknown>> | undefined;

export type JobDefinition<Payload extends z.ZodType = z.ZodType> = JobDeclaration<Payload> & {
  execute(ctx: JobContext, payload: z.infer<Payload>): Promise<JobOutput>;
};

/**
 * Joins a declaration with the handler that runs it. The payload that reaches `execute` has passed the declaration's
 * schema; what `execute` throws is translated once, by the executor (see errors.ts for what steers a retry).
 */
export function defineJob<Payload extends z.ZodType>(
  declaration: JobDeclaration<Payload>,
  execute: JobDefinition<Payload>['execute'],
): JobDefinition<Payload> {
  return Object.freeze({ ...declaration, execute });
}
