import { describe, expect, it } from 'vitest';
import { hasMark, isSearchable, redact, restore } from '../../../src/api-bridge/admin/redact.ts';
import { levelOf } from '../../../src/api-bridge/admin/job-value.ts';
import { HIDDEN } from '../../../src/contract/hidden.ts';

const sees = { type: 'operator', name: 'ann', role: 'viewer', seesPayloads: true } as const;
const blind = { type: 'operator', name: 'bob', role: 'admin', seesPayloads: false } as const;
const payload = {
  order: 7,
  card: { number: '4111', holder: 'Ann' },
  rows: [
    { email: 'a@b.c', n: 1 },
    { email: 'd@e.f', n: 2 },
  ],
  apiKey: 'k-1',
  tokens: 512,
};
const paths = ['card.number', 'rows.*.email', 'absent.path'];

describe('a payload', () => {
  it('is nothing to a person without the right, whatever their role', () => {
    expect(redact(payload, { principal: blind, paths })).toEqual({ $hidden: HIDDEN.right });
    expect(redact('a plain secret', { principal: blind })).toEqual({ $hidden: HIDDEN.right });
  });

  it('hides secret keys and declared paths from everybody, and nothing else', () => {
    expect(redact(payload, { principal: sees, paths })).toEqual({
      order: 7,
      card: { number: { $hidden: HIDDEN.declared }, holder: 'Ann' },
      rows: [
        { email: { $hidden: HIDDEN.declared }, n: 1 },
        { email: { $hidden: HIDDEN.declared }, n: 2 },
      ],
      apiKey: { $hidden: 'for everyone: the key matches *api_key*' },
      tokens: 512,
    });
  });

  it('hides a whole branch when its path or its key is meant', () => {
    const seen = redact({ card: { number: [1, 2] }, credentials: { user: 'x' } }, { principal: sees, paths: ['card'] });
    expect(JSON.stringify(seen)).not.toMatch(/number|user/);
  });

  it('survives what is nested a hundred thousand deep', () => {
    let deep: unknown = 'end';
    for (let depth = 0; depth < 100_000; depth += 1) deep = { deep };
    expect(() => redact(deep, { principal: sees })).not.toThrow();
  });

  it('keeps keys that mean something to JavaScript', () => {
    const odd: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
    expect(JSON.stringify(redact(odd, { principal: sees }))).toBe('{"__proto__":{"a":1},"constructor":2}');
  });

  it('gets back what was hidden when somebody edits the rest', () => {
    const seen = redact(payload, { principal: sees, paths });
    const edited = { ...(seen as object), order: 8 };
    expect(hasMark(edited)).toBe(true);
    expect(restore(edited, payload)).toEqual({ ...payload, order: 8 });
    expect(restore({ $hidden: 'x' }, payload)).toBe(payload);
    expect(hasMark(restore({ more: { $hidden: 'forged' } }, payload))).toBe(false);
  });
});

describe('a search', () => {
  it.each([
    ['order', true],
    ['card.holder', true],
    ['card.number', false],
    ['card', false],
    ['rows.0.email', false],
    ['apiKey', false],
    ['x.password.y', false],
  ])('may look at %s: %s', (path, expected) => {
    expect(isSearchable(path, sees, paths)).toBe(expected);
    expect(isSearchable(path, blind, [])).toBe(false);
  });
});

describe('a part of a value', () => {
  const large = {
    rows: Array.from({ length: 50_000 }, (_, n) => ({ n, text: 'x'.repeat(100) })),
    'a/b~c': 'é'.repeat(30_000),
  };

  it('is one level, one stretch, however large the whole is', () => {
    expect(levelOf(large, { at: '', from: 0 })).toMatchObject({ kind: 'object', size: 2 });
    const level = levelOf(large, { at: '/rows', from: 49_950 });
    expect(level).toMatchObject({ kind: 'list', size: 50_000, from: 49_950 });
    expect(level?.entries).toHaveLength(50);
    expect(level?.next).toBeUndefined();
    expect(JSON.stringify(levelOf(large, { at: '/rows', from: 0 })).length).toBeLessThan(20_000);
    expect(levelOf(large, { at: '/a~1b~0c', from: 20_000 })).toMatchObject({
      kind: 'text',
      size: 30_000,
      from: 20_000,
    });
  });

  it.each(['/nowhere', '/rows/x', '/rows/0/text/0', '/__proto__', '/rows/length'])('is nothing at %s', (at) => {
    expect(levelOf(large, { at, from: 0 })).toBeUndefined();
  });
});
