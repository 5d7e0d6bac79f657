import { expect, test } from 'vitest';
import { BridgeCallError } from '../../src/process/bridge-error.ts';
import { DeadlineExceeded } from '../../src/process/call-deadline.ts';
import { CircuitOpen } from '../../src/process/circuit-open.ts';
import { createCircuits, reportOf, type Circuits } from '../../src/process/circuits.ts';
import { judgeFault } from '../../src/process/judge-fault.ts';

const answer = (status?: number) =>
  new BridgeCallError('no', { code: 'x', ...(status === undefined ? {} : { status }) });

const systemError = (code: string) => Object.assign(new Error(code), { code });

/** Failures, recovery and time-out as the seed's table of circuits has them (seconds). */
const SEED: [
  name: string,
  of: (circuits: Circuits) => ReturnType<Circuits['get']>,
  numbers: [number, number, number],
][] = [
  ['backend_api', (circuits) => circuits.get('backend_api'), [15, 60, 120]],
  ['web_auth_api', (circuits) => circuits.get('web_auth_api'), [10, 60, 15]],
  ['ai_provider_openai', (circuits) => circuits.aiProvider('openai'), [5, 120, 600]],
  ['workflow_execution', (circuits) => circuits.get('workflow_execution'), [5, 120, 600]],
];

test.each(SEED)(
  '%s opens, recovers and times out as the seed says',
  async (name, of, [failures, recovery, timeout]) => {
    const clock = { nowMs: 0 };
    const circuit = of(createCircuits(() => clock.nowMs));
    const fail = () => circuit.run(() => Promise.reject(answer(500))).catch((error: unknown) => error);
    for (let call = 1; call < failures; call += 1) await fail();
    expect(circuit.status()).toMatchObject({ name, state: 'closed', failures: failures - 1 });
    await fail();
    expect(circuit.status()).toMatchObject({ state: 'open', nextProbeInMs: recovery * 1000, lastFailureAgoMs: 0 });
    expect(circuit.status().settings).toEqual({ failures, recoveryMs: recovery * 1000, timeoutMs: timeout * 1000 });

    clock.nowMs = recovery * 1000 - 1;
    expect(await fail()).toBeInstanceOf(CircuitOpen);
    clock.nowMs = recovery * 1000;
    expect(await circuit.run(async () => 'back')).toBe('back');
    expect(circuit.status()).toMatchObject({ state: 'closed', failures: 0, lastSuccessAgoMs: 0 });
  },
);

test('a name is one circuit in a process, however often it is asked for', () => {
  const circuits = createCircuits();
  expect(circuits.get('backend_api')).toBe(circuits.get('backend_api'));
  expect(circuits.aiProvider('Open AI')).toBe(circuits.aiProvider('open-ai'));
  expect(circuits.statuses().map(({ name }) => name)).toEqual(['backend_api', 'ai_provider_open_ai']);
});

test('one provider that is down does not stop the calls of another, nor those to the API', async () => {
  const circuits = createCircuits();
  for (let call = 0; call < 5; call += 1) {
    await circuits
      .aiProvider('openai')
      .run(() => Promise.reject(answer()))
      .catch(() => undefined);
  }
  await expect(circuits.aiProvider('openai').run(async () => 1)).rejects.toBeInstanceOf(CircuitOpen);
  expect(await circuits.aiProvider('anthropic').run(async () => 1)).toBe(1);
  expect(await circuits.get('backend_api').run(async () => 1)).toBe(1);
});

test('ten thousand made-up providers do not fill the registry or the metrics', () => {
  const circuits = createCircuits();
  for (let nth = 0; nth < 10_000; nth += 1) circuits.aiProvider(`made-up-${nth}`);
  for (const hostile of ['', '"} 1\n', 'x'.repeat(5_000), '../..', '\u0000']) circuits.aiProvider(hostile);
  const names = circuits.statuses().map(({ name }) => name);
  expect(names).toHaveLength(101);
  for (const name of names) expect(name).toMatch(/^ai_provider_[a-z0-9_]{1,64}$/);
});

test.each([
  ['no answer', answer(), 'down'],
  ['an answer too late', new DeadlineExceeded(10), 'down'],
  ['408', answer(408), 'down'],
  ...[500, 502, 503, 504, 599].map((status) => [String(status), answer(status), 'down'] as const),
  ...[400, 401, 403, 404, 409, 422, 429].map((status) => [String(status), answer(status), 'up'] as const),
  ['a defect of the caller', new TypeError('x'), 'unknown'],
  ['a refused connection of fetch', new TypeError('fetch failed', { cause: systemError('ECONNREFUSED') }), 'down'],
  ['a time-out of fetch', new DOMException('too late', 'TimeoutError'), 'down'],
  ['a status in the words of a job', new Error('the partner', { cause: answer(503) }), 'down'],
  ['a call that another circuit refused', new CircuitOpen('other', 1_000), 'unknown'],
] as const)('%s counts as it should', (_, error, verdict) => {
  expect(judgeFault(error)).toBe(verdict);
});

test('a job names a circuit that is there, one of a provider, or one of its own, by which other jobs find it', () => {
  const circuits = createCircuits();
  expect(circuits.chosen('workflow_execution')).toBe(circuits.get('workflow_execution'));
  expect(circuits.chosen('ai_provider_openai')).toBe(circuits.aiProvider('openai'));
  const own = circuits.chosen({ name: 'partner', failures: 2 });
  expect(own.status().settings).toEqual({ failures: 2, recoveryMs: 60_000, timeoutMs: 30_000 });
  expect(circuits.chosen({ name: 'partner', failures: 2 })).toBe(own);
  expect(circuits.named('partner')).toBe(own);
  expect(circuits.named('ai_provider_openai')).toBe(circuits.aiProvider('openai'));
  expect(circuits.named('backend_api')).toBe(circuits.get('backend_api'));
  for (const nobody of ['nobody', '__proto__', '']) expect(circuits.named(nobody)).toBeUndefined();
});

test('what a process of its own has counted opens the circuit here too, and closes it as the probe would', () => {
  const clock = { nowMs: 0 };
  const circuit = createCircuits(() => clock.nowMs).chosen({ name: 'partner', failures: 2, recoverySeconds: 1 });
  circuit.record('down');
  expect(circuit.refusal()).toBeUndefined();
  circuit.record('down');
  expect(circuit.refusal()).toBeInstanceOf(CircuitOpen);
  circuit.record('up');
  expect(circuit.status().state).toBe('open');
  clock.nowMs = 1_000;
  expect(circuit.refusal()).toBeUndefined();
  circuit.record('up');
  expect(circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('the heartbeat tells of circuits in trouble first, and never of too many', () => {
  const circuits = createCircuits();
  for (let nth = 0; nth < 100; nth += 1) circuits.aiProvider(`p${nth}`);
  for (let nth = 0; nth < 100; nth += 1) circuits.chosen({ name: `own_${nth}` });
  const sick = circuits.chosen({ name: 'sick', failures: 1, recoverySeconds: 30 });
  sick.record('down');
  const report = reportOf(circuits);
  expect(report).toHaveLength(128);
  expect(report[0]).toMatchObject({ name: 'sick', state: 'open', failures: 1, opensAfter: 1, recoverySeconds: 30 });
  expect(report[0]?.nextProbeInSeconds).toBeGreaterThan(29);
});
