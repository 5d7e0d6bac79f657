import type { z } from 'zod';
import type { JobDeclaration } from '../contract/catalogue/declare-job.ts';
import { NonRetryable } from './errors.ts';

const FAULTS_NAMED = 10;

/** The payload as its schema has it. Throws NonRetryable, code `invalid_payload`, naming the fields at fault. */
export function parsePayload<Payload extends z.ZodType>(
  definition: Pick<JobDeclaration<Payload>, 'payload'>,
  payload: unknown,
): z.infer<Payload> {
  const parsed = definition.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, FAULTS_NAMED).map((issue) => {
    const path = ['payload', ...issue.path.map(String)].join('.');
    return `${path}: ${issue.message}`;
  });
  throw new NonRetryable(faults.join('; '), { code: 'invalid_payload' });
}
