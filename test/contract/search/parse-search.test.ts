import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenIn, withoutTerm, withQualifier } from '../../../src/contract/search/change-search.ts';
import { parseSearch } from '../../../src/contract/search/parse-search.ts';
import { quote } from '../../../src/contract/search/read-tokens.ts';
import { SEARCH_STATES } from '../../../src/contract/search/terms.ts';

const terms = (query: string) => {
  const parsed = parseSearch(query);
  if ('fault' in parsed) throw new Error(parsed.fault.message);
  return parsed.terms;
};
const fault = (query: string) => {
  const parsed = parseSearch(query);
  return 'fault' in parsed ? parsed.fault : undefined;
};

describe('a search', () => {
  it('reads every qualifier, other words for it, and what is excluded', () => {
    expect(terms('queue:email,reports type:files.* -state:completed')).toMatchObject([
      { kind: 'word', of: 'queue', values: ['email', 'reports'], not: false },
      { kind: 'word', of: 'name', values: ['files.*'] },
      { kind: 'state', states: ['completed'], not: true },
    ]);
    expect(terms('state:running,created')).toMatchObject([{ states: ['active', 'ready', 'waiting'] }]);
    expect(terms('age:>5m ended:<1.5h runtime:90s')).toMatchObject([
      { of: 'age', comparison: '>', seconds: 300 },
      { of: 'ended', comparison: '<', seconds: 5400 },
      { of: 'runtime', comparison: '>', seconds: 90 },
    ]);
    expect(terms('attempt:>1 priority:-5')).toMatchObject([
      { of: 'attempt', comparison: '>', value: 1 },
      { of: 'priority', comparison: '=', value: -5 },
    ]);
    expect(terms('0199ABCD-0000-4000-8000-000000000001')).toMatchObject([
      { kind: 'id', ids: ['0199abcd-0000-4000-8000-000000000001'] },
    ]);
  });

  it('takes quotes for spaces, colons and dots, and commas as part of an error', () => {
    expect(terms('error:"no such file, or folder" data."a.b".c:"x y"')).toMatchObject([
      { kind: 'error', value: 'no such file, or folder' },
      { kind: 'data', path: ['a.b', 'c'], value: 'x y' },
    ]);
    expect(terms('"state:failed"')).toMatchObject([{ kind: 'text', value: 'state:failed' }]);
    expect(terms('error:"never closed')).toMatchObject([{ kind: 'error', value: 'never closed' }]);
  });

  it.each([
    ['colour:red', 'colour', 'expected one of queue, name'],
    ['state:gone', 'state', 'expected one of ready, active'],
    ['age:soon', 'age', 'expected a comparison and a duration such as >5m'],
    ['age:>99999d', 'age', 'expected a comparison'],
    ['attempt:many', 'attempt', 'expected a number'],
    ['data:x', 'data', 'expected a path and a value'],
    ['queue:', 'queue', 'expected a value after queue:'],
    ['queue.x:y', 'queue', 'expected queue: without a path'],
    ['id:7', 'id', 'expected a job'],
    ['state:__proto__', 'state', 'expected one of'],
    ['a\u0000b', 'query', 'expected text without NUL'],
    ['x '.repeat(21), 'query', 'expected at most 20 terms'],
    ['x'.repeat(601), 'query', 'expected at most 600 characters'],
  ])('%j is refused, with the qualifier and what was expected', (query, qualifier, message) => {
    expect(fault(query)).toMatchObject({ qualifier, message: expect.stringContaining(message) });
  });

  it('never throws, and keeps every term as it was written', () => {
    const piece = fc.constantFrom(
      'state:',
      'data.',
      'age:>',
      '-',
      '"',
      '\\',
      ':',
      ',',
      '.',
      '*',
      ' ',
      'failed',
      '5m',
      'ü',
      '%',
    );
    const query = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(query, (text) => {
        const parsed = parseSearch(text);
        if ('fault' in parsed) return;
        const again = parseSearch(parsed.terms.map(({ raw }) => raw).join(' '));
        expect(again).toEqual(parsed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gets back any value that was quoted', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (value) => {
        expect(terms(`group:${quote(value)}`)).toMatchObject([{ of: 'group', values: [value] }]);
      }),
    );
  });
});

describe('a search that is changed', () => {
  it('has one term of a qualifier, and keeps the others', () => {
    expect(withQualifier('state:failed age:>5m', 'state', 'retry')).toBe('age:>5m state:retry');
    expect(withQualifier('state:failed age:>5m', 'state', null)).toBe('age:>5m');
    expect(withQualifier('', 'group', 'tenant 7')).toBe('group:"tenant 7"');
    expect(withoutTerm('a b a', terms('a')[0]!)).toBe('b');
  });

  it('says what of a facet is chosen, only where that is one plain value', () => {
    for (const state of SEARCH_STATES) expect(chosenIn(terms(`state:${state}`), 'state')).toBe(state);
    expect(chosenIn(terms('-state:failed'), 'state')).toBeUndefined();
    expect(chosenIn(terms('queue:a,b'), 'queue')).toBeUndefined();
  });
});
