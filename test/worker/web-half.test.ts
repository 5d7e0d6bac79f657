import { beforeEach, expect, test, vi } from 'vitest';
import { BridgeCallError } from '../../src/process/bridge-error.ts';
import { createCircuits } from '../../src/process/circuits.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createWebHalf } from '../../src/worker/web-half.ts';
import { claimedJob, scriptedBridge, type ScriptedBridge } from '../runtime/support/scripted-bridge.ts';
import { job, startRuntime } from '../runtime/support/start-runtime.ts';

const log = createLogger({ name: 'test', level: 'silent' });
beforeEach(() => {
  vi.stubEnv('WORKER_SERVICE_TOKEN', 'a-secret-of-more-than-thirty-two-bytes');
  vi.stubEnv('WEB_PORT', '0');
});

async function serve(
  bridge: ScriptedBridge,
  runtime?: Parameters<typeof createWebHalf>[1],
  circuits = createCircuits(),
  healthOnly = false,
) {
  vi.stubEnv('BACKEND_API_URL', bridge.url);
  const web = await createWebHalf(log, runtime, circuits, healthOnly);
  await web.start();
  return {
    text: async (path: string) => (await fetch(`http://127.0.0.1:${web.port()}${path}`)).text(),
    status: async (path: string) =>
      (await fetch(`http://127.0.0.1:${web.port()}${path}`, { redirect: 'manual' })).status,
    [Symbol.asyncDispose]: () => web.stop(),
  };
}

test('readiness and metrics of the process tell of the runtime in it', async () => {
  await using bridge = await scriptedBridge();
  await using runtime = await startRuntime(bridge, [job('one', async () => undefined)]);
  bridge.offer(claimedJob('one'));
  await vi.waitFor(() => expect(runtime.logged('settled')).toHaveLength(1));
  await using web = await serve(bridge, runtime);
  await vi.waitFor(async () => {
    const { data, checks } = JSON.parse(await web.text('/health/ready'));
    const named = new Map((checks ?? data.checks).map((check: any) => [check.name, check.ok]));
    for (const name of ['bridge', 'claiming', 'slots', 'circuit']) expect(named.get(name)).toBe(true);
  });
  const metrics = await web.text('/metrics');
  expect(metrics).toContain('powernode_worker_slots 5');
  expect(metrics).toContain('powernode_worker_jobs{state="stuck"} 0');
  expect(metrics).toContain('powernode_worker_runs_total{outcome="completed"} 1');
  expect(metrics).toContain('powernode_worker_claiming 1');

  await runtime.stop();
  expect(await web.text('/metrics')).toContain('powernode_worker_claiming 0');
});

test('metrics tell of the circuits of the jobs as well as of those of the dashboard', async () => {
  await using bridge = await scriptedBridge();
  const circuits = createCircuits();
  for (let call = 0; call < 5; call += 1) {
    const down = new BridgeCallError('no', { code: 'no_answer' });
    await circuits
      .aiProvider('openai')
      .run(() => Promise.reject(down))
      .catch(() => undefined);
  }
  await using runtime = await startRuntime(bridge, [], { circuits });
  await using web = await serve(bridge, runtime, circuits);
  const metrics = await web.text('/metrics');
  expect(metrics).toContain('powernode_circuit_open{circuit="ai_provider_openai"} 1');
  for (const name of ['backend_api', 'web_auth_api', 'web_pages_api'])
    expect(metrics).toContain(`powernode_circuit_open{circuit="${name}"} 0`);
});

test('a process that only serves the dashboard claims no numbers of a runtime that it does not have', async () => {
  await using bridge = await scriptedBridge();
  await using web = await serve(bridge);
  expect(await web.text('/metrics')).not.toContain('powernode_worker_');
  expect(await web.text('/health/live')).toContain('ok');
});

test('a process that only polls serves its health and metrics where it was given a port, and no page', async () => {
  await using bridge = await scriptedBridge();
  await using web = await serve(bridge, undefined, createCircuits(), true);
  expect(await web.status('/health/live')).toBe(200);
  expect(await web.status('/metrics')).toBe(200);
  expect(await web.status('/signin')).toBe(404);
  expect(await web.status('/')).toBe(404);
});
