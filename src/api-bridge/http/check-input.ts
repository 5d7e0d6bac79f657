import type { z } from 'zod';
import { describeIssue } from '../../contract/describe-issue.ts';
import type { FieldError } from '../../contract/error.ts';
import { BridgeError } from './bridge-error.ts';

/** Parses with a schema, or throws 422 with the path and fault of each field. */
export function checkInput<Schema extends z.ZodType>(schema: Schema, value: unknown, where = ''): z.infer<Schema> {
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error, where);
  const first = errors[0];
  const undeclaredQueue = errors.every(
    (error) => /(^|\.)queues?(\.\d+)?$/.test(error.path) && error.message.includes('declared queue'),
  );
  const message = first === undefined ? 'expected another shape' : `${first.path}: ${first.message}`;
  throw new BridgeError(undeclaredQueue ? 'unknown_queue' : 'validation_failed', message, { errors });
}

/** The faults as the wire says them: a dotted path, and what was expected. */
export function fieldErrors(error: z.ZodError, where = ''): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = [...(where === '' ? [] : [where]), ...issue.path.map(String)].join('.') || 'body';
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'expected no such field' }));
    }
    return [{ path, message: issue.message }];
  });
}
