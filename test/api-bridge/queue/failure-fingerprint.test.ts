import { describe, expect, it } from 'vitest';
import { createFingerprinter, normaliseMessage } from '../../../src/api-bridge/queue/failure-fingerprint.ts';

describe('a normalised message', () => {
  it.each([
    ['File 812 of 4,136 is broken', 'File 9 of 77,001 is broken'],
    ['no row 3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'no row 00000000-0000-4000-8000-000000000000'],
    ['GET https://a.example/x/1?y=2 gave 502', 'GET https://b.example/ gave 503'],
    ["open '/tmp/a b.txt' failed", "open '/var/c.txt' failed"],
    ['cannot read /data/files/ab12/cd', 'cannot read /srv/x/y'],
    ['mail to eve@example.com bounced', 'mail to adam@mail.example.org bounced'],
    ['token f00dfacecafe1234 expired at 2026-11-21T08:00:00Z', 'token 0123abcd9999ffff expired at 2025-01-01'],
  ])('is the same for %j and %j', (one, other) => {
    expect(normaliseMessage(one)).toBe(normaliseMessage(other));
  });

  it.each([
    ['Encoder libx265 not found', 'Encoder libx264 not found'],
    ['connection refused', 'connection reset'],
    ['The file is encrypted', 'The file is empty'],
  ])('tells %j from %j', (one, other) => {
    expect(normaliseMessage(one)).not.toBe(normaliseMessage(other));
  });

  it.each([
    ['words', 'a-'.repeat(10_000)],
    ['digits', '1'.repeat(20_000)],
    ['quotes', '"'.repeat(20_000)],
    ['slashes', '/a'.repeat(10_000)],
    ['at signs', 'a@'.repeat(10_000)],
    ['nothing', ''],
  ])('is short and quick for endless %s', (_, message) => {
    const startedAt = performance.now();
    for (let turn = 0; turn < 100; turn += 1) normaliseMessage(message);
    expect(normaliseMessage(message).length).toBeLessThanOrEqual(200);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('a fingerprint', () => {
  it('parts failures by job, name, code and message', () => {
    const fingerprint = createFingerprinter();
    const prints = [
      fingerprint('a.job', { message: 'x 1' }),
      fingerprint('b.job', { message: 'x 1' }),
      fingerprint('a.job', { message: 'x 1', code: 'e' }),
      fingerprint('a.job', { message: 'x 1', name: 'E' }),
      fingerprint('a.job', { message: 'y 1' }),
    ];
    expect(new Set(prints).size).toBe(5);
    expect(fingerprint('a.job', { message: 'x 2', stack: 'elsewhere' })).toBe(prints[0]);
    expect(prints[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is one for all messages beyond the first so many of a job, so that random text fills no list', () => {
    const fingerprint = createFingerprinter(3);
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    const prints = words.map((message) => fingerprint('a.job', { message }));
    expect(new Set(prints).size).toBe(4);
    expect(fingerprint('a.job', { message: 'two' })).toBe(prints[1]);
    expect(fingerprint('b.job', { message: 'four' })).not.toBe(prints[3]);
  });
});
