import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSealer } from '../../src/api-bridge/auth/sealer.ts';
import { parseByteRange } from '../../src/api-bridge/backend/files/byte-range.ts';
import { attachment, cleanFilename } from '../../src/api-bridge/backend/files/filename.ts';
import { parseMediaType } from '../../src/api-bridge/backend/files/media-type.ts';
import { CronFault } from '../../src/contract/schedules/cron-field.ts';
import { parseCron } from '../../src/contract/schedules/cron.ts';
import { nextRun } from '../../src/contract/schedules/next-run.ts';
import { isTimeZone } from '../../src/contract/schedules/zone.ts';
import { unsafeJson } from '../../src/contract/text.ts';
import { outboundAllowList } from '../../src/process/outbound/allow-list.ts';
import { retryAfterSeconds } from '../../src/process/retry-after.ts';
import { createTokenVerifier, TokenRefused } from '../../src/process/verify-token.ts';
import { localPath } from '../../src/web/http/local-path.ts';

const RUNS = { numRuns: 1_500 };
const SLOW_MS = 400;

/** Words of the grammar in no order, with whatever else a keyboard has between them. */
const cronLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '?',
        '/',
        '-',
        ',',
        ' ',
        'L',
        'W',
        '#',
        'mon',
        'JAN',
        '@daily',
        '@reboot',
        '*/5',
        '0',
        '59',
        '31',
        '-1',
        '60',
      ),
      fc.string({ maxLength: 5, unit: 'binary' }),
      fc.integer().map(String),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''));
const fields = fc
  .array(fc.oneof(fc.constantFrom('*', '*/7', '1-5', '0', '29', '30', '2', '0,15,30', '1-31/3'), cronLike), {
    minLength: 5,
    maxLength: 5,
  })
  .map((parts) => parts.join(' '));

function within(work: () => void): void {
  const startedAt = performance.now();
  work();
  expect(performance.now() - startedAt).toBeLessThan(SLOW_MS);
}

describe('whatever text it is given, a parser gives a value or its own refusal, soon', () => {
  test('cron expressions, and the next run of those that are any', () => {
    fc.assert(
      fc.property(
        fc.oneof(cronLike, fields, fc.string({ unit: 'binary' })),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'),
        (text, zone) => {
          within(() => {
            try {
              const at = nextRun(parseCron(text), zone, 1.8e12);
              if (at !== undefined) expect(at).toBeGreaterThan(1.8e12);
            } catch (error) {
              expect(error).toBeInstanceOf(CronFault);
            }
          });
        },
      ),
      RUNS,
    );
  });

  test('time zones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => void isTimeZone(name)),
      RUNS,
    );
  });

  test('ranges never leave the file', () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.nat(), fc.nat()).map(([first, last]) => `bytes=${first}-${last}`),
      fc.array(fc.constantFrom('bytes', '=', '-', ',', ' ', '0', '9'.repeat(15), '5')).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(header, fc.nat({ max: 1000 }), (text, size) => {
        const range = parseByteRange(text, size);
        if (typeof range !== 'object') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThan(size);
        expect(range.start).toBeLessThanOrEqual(range.end);
      }),
      RUNS,
    );
  });

  test('file names stay names, also in a header', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 400 }),
          fc.constantFrom('..', '../../x', 'a/b', 'C:\\x', 'CON', '\u202egnp.exe'),
        ),
        (given) => {
          const name = cleanFilename(given);
          expect(name).not.toMatch(/[/\\\u0000-\u001f]/);
          expect(['', '.', '..']).not.toContain(name);
          expect(attachment(name)).toMatch(/^[\x20-\x7e]+$/);
        },
      ),
      RUNS,
    );
  });

  test('content types are bare or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        expect(parseMediaType(given) ?? 'a/b').toMatch(/^[\x21-\x7e]+\/[\x21-\x7e]+$/);
      }),
      RUNS,
    );
  });

  test('places to return to stay on this site', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constantFrom('//x', '/\\x', '/\t/x', '\\/x')),
        (given) => {
          expect(new URL(localPath(given, '/'), 'https://here.example').origin).toBe('https://here.example');
        },
      ),
      RUNS,
    );
  });

  test('JSON that passes can be stored: no NUL, no half of a character', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        if (unsafeJson(value) === undefined) expect(JSON.stringify(value)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      }),
      RUNS,
    );
  });

  test('sealed values and tokens open for nobody who guesses', async () => {
    const sealer = createSealer({ current: 's'.repeat(32) });
    const verify = createTokenVerifier({ secrets: { current: 's'.repeat(32) } });
    const part = fc.oneof(
      fc.base64String(),
      fc.string({ unit: 'binary' }),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
        expect(sealer.open('lease', `pnl_${parts.join('.')}`)).toBeUndefined();
        await expect(verify(parts.join('.'))).rejects.toBeInstanceOf(TokenRefused);
      }),
      { numRuns: 500 },
    );
  });

  test('an operator’s list of hosts, and how long an answer asks to wait', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        within(() => void outboundAllowList.safeParse(text));
        const seconds = retryAfterSeconds(text);
        if (seconds !== undefined) expect(seconds).toBeGreaterThanOrEqual(0);
      }),
      RUNS,
    );
  });
});
