import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeIssue } from '../../src/contract/describe-issue.ts';
import { enqueueRequest } from '../../src/contract/job.ts';

const told = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: describeIssue }).error?.issues[0]?.message;

describe('what a refused field is told', () => {
  it.each([
    [z.string(), 7, 'expected a text, got 7'],
    [z.number(), 'seven', 'expected a number, got a text of 5 characters'],
    [z.number().int(), 1.5, 'expected a whole number, got 1.5'],
    [z.object({}), [1], 'expected an object, got a list of 1'],
    [z.string().min(3), 'ab', 'expected at least 3 characters, got a text of 2 characters'],
    [z.number().max(9), 10, 'expected at most 9, got 10'],
    [z.array(z.unknown()).max(1), [1, 2], 'expected at most 1 entries, got a list of 2'],
    [z.guid(), 'x', 'expected a UUID, got a text of 1 characters'],
    [z.iso.datetime(), 'soon', 'expected a time as ISO 8601, got a text of 4 characters'],
    [z.enum(['a', 'b']), 'c', 'expected one of a, b, got a text of 1 characters'],
    [z.string(), undefined, 'expected a text, got nothing'],
    [z.string(), null, 'expected a text, got null'],
  ])('%#', (schema, value, message) => {
    expect(told(schema, value)).toBe(message);
  });

  it('never repeats a text, which may be a secret', () => {
    expect(told(z.guid(), 'hunter2')).not.toContain('hunter2');
  });

  it('says expected and got for every field of a job that does not fit', () => {
    const bad = {
      name: 1,
      payload: 'x',
      queue: 'nowhere',
      runAt: 'x',
      priority: 1e9,
      maxAttempts: 0,
      traceparent: 'x',
    };
    const issues = enqueueRequest.safeParse(bad, { error: describeIssue }).error?.issues ?? [];
    expect(issues.length).toBeGreaterThanOrEqual(7);
    for (const issue of issues) expect(issue.message).toMatch(/^expected .*, got /);
  });
});
