import { expect, test, vi } from 'vitest';
import { createRegistry, RegistryFault } from '../../src/jobs/index.ts';
import { createCircuits } from '../../src/process/circuits.ts';
import { isolatedJobs } from './support/isolated-jobs.ts';
import { claimedJob, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

const PARTNER = { name: 'partner', failures: 2, recoverySeconds: 60 } as const;
const down = () => Promise.reject(Object.assign(new Error('the partner is down'), { status: 503 }));

test('while the circuit of a job is open none of its runs begins, others do, and the first one after it probes', async () => {
  await using bridge = await scriptedBridge();
  const clock = { nowMs: 0 };
  const circuits = createCircuits(() => clock.nowMs);
  let begun = 0;
  let sick = true;
  const call = job(
    'calls the partner',
    async (ctx) => {
      begun += 1;
      return { answer: await ctx.circuit.run(async () => (sick ? down() : 'fine')) };
    },
    { circuit: PARTNER },
  );
  await using _ = await startRuntime(bridge, [call, job('other', async () => ({}))], { circuits });
  const run = async (name: string): Promise<any> => {
    const claimed = claimedJob(name, { attempt: 4 });
    bridge.offer(claimed);
    await vi.waitFor(() => expect(new Map(bridge.settled()).has(claimed.id)).toBe(true));
    return new Map(bridge.settled()).get(claimed.id);
  };

  expect(await run('calls the partner')).toMatchObject({ type: 'failed' });
  expect(await run('calls the partner')).toMatchObject({ type: 'failed' });
  const waits = await run('calls the partner');
  expect(waits).toMatchObject({ type: 'released', reason: expect.stringContaining('partner is open') });
  expect(waits.delaySeconds).toBeGreaterThanOrEqual(60);
  expect(begun).toBe(2);
  expect(await run('other')).toEqual({ type: 'completed', output: {} });
  await vi.waitFor(() =>
    expect(bridge.of('heartbeat').at(-1)?.body.circuits).toContainEqual({
      ...{ name: 'partner', state: 'open', failures: 2, opensAfter: 2, recoverySeconds: 60 },
      nextProbeInSeconds: 60,
    }),
  );

  clock.nowMs = 60_000;
  sick = false;
  expect(await run('calls the partner')).toMatchObject({ type: 'completed', output: { answer: 'fine' } });
  expect(circuits.named('partner')?.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('a job without a circuit is told so, instead of running its calls past every circuit', async () => {
  await using bridge = await scriptedBridge();
  const lone = job('lone', async (ctx) => ctx.circuit.run(async () => ({})));
  await using _ = await startRuntime(bridge, [lone]);
  bridge.offer(claimedJob('lone'));
  await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1));
  expect(bridge.settled()[0]?.[1]).toMatchObject({
    error: { message: expect.stringContaining('expected a circuit in its definition') },
  });
});

test(
  'what a process of its own learns of a circuit holds for the runs that come after it',
  { timeout: 60_000 },
  async () => {
    await using bridge = await scriptedBridge({ heartbeatSeconds: 0.2, leaseSeconds: 30, confirmSeconds: 20 });
    const circuits = createCircuits();
    const isolatedProgram = new URL('./support/isolated-program.ts', import.meta.url);
    await using _ = await startRuntime(bridge, isolatedJobs, { circuits, isolatedProgram });
    const [first, second] = [claimedJob('calls what is down'), claimedJob('calls what is down')];
    bridge.offer(first);
    await vi.waitFor(() => expect(bridge.settled()).toHaveLength(1), { timeout: 20_000 });
    expect(bridge.settled()[0]?.[1]).toMatchObject({ type: 'failed' });
    expect(circuits.named('isolated_partner')?.status()).toMatchObject({ state: 'open' });
    bridge.offer(second);
    await vi.waitFor(() => expect(bridge.settled()).toHaveLength(2), { timeout: 20_000 });
    expect(bridge.settled()[1]?.[1]).toMatchObject({ type: 'released' });

    // A job that does not name the circuit and meets it inside its process waits as well.
    const third = claimedJob('asks the API');
    for (let nth = 0; nth < 15; nth += 1) circuits.get('backend_api').record('down');
    bridge.offer(third);
    await vi.waitFor(() => expect(bridge.settled()).toHaveLength(3), { timeout: 20_000 });
    expect(bridge.settled()[2]?.[1]).toMatchObject({
      type: 'released',
      reason: expect.stringContaining('backend_api is open'),
    });
  },
);

test('a circuit that cannot be is refused at the start, and so are two jobs that mean different ones by a name', () => {
  const faulty = [
    job('a', async () => ({}), { circuit: PARTNER }),
    job('b', async () => ({}), { circuit: { ...PARTNER, failures: 3 } }),
    job('c', async () => ({}), { circuit: { name: 'backend_api' } }),
    job('d', async () => ({}), { circuit: { name: 'Not A Name' } }),
    job('e', async () => ({}), { circuit: 'nobody_knows' as never }),
    job('f', async () => ({}), { circuit: { name: 'f', failures: 0 } }),
    job('g', async () => ({}), { circuit: 'ai_provider_openai' }),
    job('h', async () => ({}), { circuit: 'workflow_execution' }),
  ];
  const thrown: unknown = (() => {
    try {
      return createRegistry(faulty);
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toBeInstanceOf(RegistryFault);
  const { faults } = thrown as RegistryFault;
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['c', 'd', 'e', 'f', 'b']);
  expect(faults.at(-1)).toContain('expected the numbers of a for the circuit partner');
});
