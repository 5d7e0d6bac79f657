import { describe, expect, it } from 'vitest';
import { hiddenBecause } from '../../../src/contract/hidden.ts';
import { bytes, duration, listed, percent, plural, roughly } from '../../../src/web/parts/words.ts';

describe('durations', () => {
  it.each([
    [0, '0ms'],
    [-5, '0ms'],
    [12, '12ms'],
    [99.6, '0.1s'],
    [400, '0.4s'],
    [9_949, '9.9s'],
    [9_950, '10s'],
    [59_499, '59s'],
    [59_500, '1m 00s'],
    [72_000, '1m 12s'],
    [3_599_600, '1h 00m'],
    [3_600_000, '1h 00m'],
    [10 * 3600_000 + 57 * 60_000, '10h 57m'],
    [86_399_000, '1d 0h'],
    [100 * 3600_000, '4d 4h'],
  ])('%d ms is %s, without a gap between the units', (ms, word) => {
    expect(duration(ms)).toBe(word);
  });

  it.each([
    [0, '0s'],
    [59_400, '59s'],
    [59_600, '1m'],
    [3_569_000, '59m'],
    [3_571_000, '1h'],
    [84_599_000, '23h'],
    [84_601_000, '1d'],
  ])('%d ms is roughly %s', (ms, word) => {
    expect(roughly(ms)).toBe(word);
  });
});

it('says sizes, shares and lists as people do', () => {
  expect([bytes(0), bytes(999), bytes(9_940), bytes(214e6), bytes(1.9e9)]).toEqual([
    '0\u00a0B',
    '999\u00a0B',
    '9.9\u00a0kB',
    '214\u00a0MB',
    '1.9\u00a0GB',
  ]);
  expect(percent(61.6)).toBe('62\u00a0%');
  expect([plural(1, 'job'), plural(1284, 'job'), plural(0, 'drains', 'drain')]).toEqual([
    '1 job',
    '1,284 jobs',
    '0 drain',
  ]);
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
});

describe('a value', () => {
  it.each([
    'password',
    'PASSWORD_HASH',
    'apiKey',
    'x-api-key',
    'accessToken',
    'refresh_token',
    'clientSecret',
    'Authorization',
    'set-cookie',
    'signedUrl',
    'private_key',
    'credentials',
  ])('under %s is hidden', (key) => {
    expect(hiddenBecause(key, 'x')).toBeDefined();
  });

  it.each([
    ['file', 'x'],
    ['key', 'x'],
    ['tokens', 512],
    ['max_tokens', 512],
    ['password', null],
    ['secret', ''],
    ['author', 'x'],
    ['compass', 'x'],
  ])('under %s may be %j', (key, value) => {
    expect(hiddenBecause(key, value)).toBeUndefined();
  });
});
