import type { z } from 'zod';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/**
 * What was expected and what came, in words, for every fault that a schema itself does not word. Never repeats more of
 * the input than a short number: texts may be secrets.
 */
export function describeIssue(issue: RawIssue): string | undefined {
  const expected = expectation(issue);
  return expected === undefined ? undefined : `expected ${expected}, got ${kindOf(issue.input)}`;
}

function expectation(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return NAMES[issue.expected] ?? issue.expected;
    case 'too_big':
      return `at most ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      return `at least ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? `a ${issue.format}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'not_multiple_of':
      return `a multiple of ${String(issue.divisor)}`;
    case 'invalid_union':
      return 'one of the documented forms';
    default:
      return undefined;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const FORMATS: Readonly<Record<string, string>> = {
  guid: 'a UUID',
  uuid: 'a UUID',
  datetime: 'a time as ISO 8601',
  email: 'an e-mail address',
  url: 'a URL',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function amount(bound: number | bigint, origin: string): string {
  return `${String(bound)}${UNITS[origin] ?? ''}`;
}

function kindOf(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (input === null) return 'null';
  if (Array.isArray(input)) return `a list of ${String(input.length)}`;
  if (typeof input === 'string') return `a text of ${String(input.length)} characters`;
  if (Number.isNaN(input)) return 'something else';
  if (typeof input === 'number' || typeof input === 'boolean') return String(input);
  return 'an object';
}
