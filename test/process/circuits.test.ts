import { expect, test } from 'vitest';
import { BridgeCallError } from '../../src/process/bridge-error.ts';
import { DeadlineExceeded } from '../../src/process/call-deadline.ts';
import { CircuitOpen } from '../../src/process/circuit-open.ts';
import { createCircuits, judgeFault, type Circuits } from '../../src/process/circuits.ts';

const answer = (status?: number) =>
  new BridgeCallError('no', { code: 'x', ...(status === undefined ? {} : { status }) });

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
] as const)('%s counts as it should', (_, error, verdict) => {
  expect(judgeFault(error)).toBe(verdict);
});
