import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCircuitBreaker, type CircuitBreaker } from '../../src/process/circuit-breaker.ts';
import { CircuitOpen } from '../../src/process/circuit-open.ts';

const SETTINGS = { name: 'test', failures: 3, recoveryMs: 1_000, timeoutMs: 60_000 };
class Down extends Error {}
class Answered extends Error {}

function breaker(settings = SETTINGS) {
  const clock = { nowMs: 0 };
  const judge = (error: unknown) => (error instanceof Down ? 'down' : error instanceof Answered ? 'up' : 'unknown');
  return { clock, circuit: createCircuitBreaker({ ...settings, judge, now: () => clock.nowMs }) };
}

/** A call that is under way until it is told how to end. */
function begin(circuit: CircuitBreaker) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let ran = false;
  const result = circuit.run(() => {
    ran = true;
    return promise;
  });
  const outcome = result.then(
    () => 'fine',
    (error: unknown) => (error instanceof CircuitOpen ? 'refused' : 'failed'),
  );
  return { outcome, ran: () => ran, succeed: () => resolve('fine'), fail: (error: Error) => reject(error) };
}

async function fail(circuit: CircuitBreaker, times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) {
    await expect(circuit.run(() => Promise.reject(new Down('down')))).rejects.toThrow('down');
  }
}

test('opens after exactly so many failures in a row, and a success in between starts the count anew', async () => {
  const { circuit } = breaker();
  await fail(circuit, 2);
  await circuit.run(async () => 'fine');
  await fail(circuit, 2);
  expect(circuit.status()).toMatchObject({ name: 'test', state: 'closed', failures: 2 });
  await fail(circuit, 1);
  expect(circuit.status().state).toBe('open');
});

test('an open circuit runs nothing and says when to come back', async () => {
  const { circuit, clock } = breaker();
  await fail(circuit, 3);
  clock.nowMs = 400;
  let ran = false;
  const refused: unknown = await circuit.run(async () => void (ran = true)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(CircuitOpen);
  expect(refused).toMatchObject({ circuit: 'test', retryAfterSeconds: 1 });
  expect(ran).toBe(false);
});

test('a burst at the end of the recovery does not become a burst of probes: exactly one call goes through', async () => {
  const { circuit, clock } = breaker();
  await fail(circuit, 3);
  clock.nowMs = 1_000;
  const burst = Array.from({ length: 10 }, () => begin(circuit));
  expect(burst.map((call) => call.ran())).toEqual([true, ...Array(9).fill(false)]);
  burst[0]!.succeed();
  expect(await Promise.all(burst.map((call) => call.outcome))).toEqual(['fine', ...Array(9).fill('refused')]);
  expect(circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('a probe that fails opens the circuit for another whole recovery', async () => {
  const { circuit, clock } = breaker();
  await fail(circuit, 3);
  clock.nowMs = 1_000;
  await fail(circuit, 1);
  clock.nowMs = 1_999;
  await expect(circuit.run(async () => 'fine')).rejects.toBeInstanceOf(CircuitOpen);
  clock.nowMs = 2_000;
  expect(await circuit.run(async () => 'fine')).toBe('fine');
});

test('a probe that its caller gives up leaves the next call to probe, instead of blocking the way for ever', async () => {
  const { circuit, clock } = breaker();
  await fail(circuit, 3);
  clock.nowMs = 1_000;
  const caller = new AbortController();
  const probe = circuit.run(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Down('cut')))),
    { signal: caller.signal },
  );
  caller.abort();
  await expect(probe).rejects.toThrow('cut');
  expect(await circuit.run(async () => 'fine')).toBe('fine');
});

test('time-outs that trickle in after the circuit has closed again do not count against it', async () => {
  const { circuit, clock } = breaker();
  const late = Array.from({ length: 5 }, () => begin(circuit));
  await fail(circuit, 3);
  clock.nowMs = 1_000;
  await circuit.run(async () => 'fine');
  for (const call of late) call.fail(new Down('late'));
  await Promise.all(late.map((call) => call.outcome));
  expect(circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('a call that takes too long is aborted and counts', async () => {
  const { circuit } = breaker();
  let reason: any;
  const hanging = circuit.run(
    (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(new Down('too long'));
        }),
      ),
    { timeoutMs: 5 },
  );
  await expect(hanging).rejects.toThrow('too long');
  expect(reason).toMatchObject({ name: 'DeadlineExceeded', timeoutMs: 5 });
  expect(circuit.status().failures).toBe(1);
});

type Event =
  { do: 'begin' } | { do: 'end'; nth: number; as: 'fine' | 'down' | 'up' | 'unknown' } | { do: 'wait'; ms: number };
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.constant({ do: 'begin' } as const),
  fc.record({
    do: fc.constant('end' as const),
    nth: fc.nat(5),
    as: fc.constantFrom('fine' as const, 'down' as const, 'down' as const, 'up' as const, 'unknown' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 999, 1_000) }),
);
const ENDS = { down: new Down(), up: new Answered(), unknown: new Error() };

test('whatever overlaps: nothing runs while it is open, one probe at a time while it is half-open, never stuck', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
      const { circuit, clock } = breaker();
      const underWay: (ReturnType<typeof begin> & { probe: boolean })[] = [];
      let openedAtMs = 0;
      for (const each of events) {
        const before = circuit.status().state;
        if (each.do === 'wait') clock.nowMs += each.ms;
        else if (each.do === 'begin') {
          const call = begin(circuit);
          const probe = circuit.status().state === 'half-open';
          if (call.ran()) {
            expect(before).not.toBe('half-open');
            if (before === 'open') expect(clock.nowMs).toBeGreaterThanOrEqual(openedAtMs + SETTINGS.recoveryMs);
            if (probe) expect(underWay.some((other) => other.probe)).toBe(false);
            underWay.push({ ...call, probe });
          } else {
            expect(await call.outcome).toBe('refused');
            expect(before).not.toBe('closed');
          }
        } else {
          const [call] = underWay.splice(each.nth, 1);
          if (each.as === 'fine') call?.succeed();
          else call?.fail(ENDS[each.as]);
          await call?.outcome;
          const after = circuit.status();
          if (after.state === 'open' && before !== 'open' && each.as === 'down') openedAtMs = clock.nowMs;
          if (after.state === 'closed') expect(after.failures).toBeLessThan(SETTINGS.failures);
        }
      }
      // When everything under way has ended and the recovery has passed, a healthy far side is always reached again.
      for (const call of underWay) call.fail(ENDS.unknown);
      await Promise.all(underWay.map((call) => call.outcome));
      clock.nowMs += SETTINGS.recoveryMs;
      expect(await circuit.run(async () => 'fine')).toBe('fine');
      expect(circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
    }),
    { numRuns: 300 },
  );
});
