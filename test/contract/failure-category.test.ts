import { describe, expect, it } from 'vitest';
import { categoryOf } from '../../src/contract/failure-category.ts';
import { Interruption } from '../../src/runtime/interruption.ts';
import { storedFailure } from '../../src/runtime/stored-failure.ts';
import { BridgeCallError } from '../../src/process/bridge-error.ts';

// The table of the rdev worker pool: what a failure says → its code.
describe('a failure is sorted as the worker pool that came before did', () => {
  it.each([
    ['rate limit reached for this model', 'RATE_LIMITED'],
    ['your quota exceeded its share', 'RATE_LIMITED'],
    ['401 unauthorized', 'AUTH_FAILED'],
    ['Invalid API key provided', 'AUTH_FAILED'],
    ['context deadline exceeded', 'TIMEOUT'],
    ['the connection timed out', 'TIMEOUT'],
    ['cannot read properties of undefined', 'AGENT_ERROR'],
    ['the author of this page is unknown', 'AGENT_ERROR'],
  ])('%s', (message, category) => {
    expect(categoryOf({ message })).toBe(category);
  });

  it.each([
    [429, 'RATE_LIMITED'],
    [401, 'AUTH_FAILED'],
    [403, 'AUTH_FAILED'],
    [408, 'TIMEOUT'],
    [504, 'TIMEOUT'],
    [500, 'AGENT_ERROR'],
  ])('a call that was answered with %d, also behind words of the handler', (status, category) => {
    const answered = new BridgeCallError('no', { status, code: 'x' });
    expect(storedFailure(new Error('it did not work', { cause: answered })).category).toBe(category);
  });

  it('a job that took too long, a code, a name, and things that are no errors', () => {
    expect(storedFailure(new Interruption('timeout')).category).toBe('TIMEOUT');
    expect(storedFailure(Object.assign(new Error('x'), { code: 'ETIMEDOUT' })).category).toBe('TIMEOUT');
    expect(storedFailure(AbortSignal.timeout(0).reason ?? 'nothing').category).toBe('AGENT_ERROR');
    for (const odd of [undefined, null, 7, 'text', { status: 'x' }]) {
      expect(storedFailure(odd).category).toBe('AGENT_ERROR');
    }
  });
});
