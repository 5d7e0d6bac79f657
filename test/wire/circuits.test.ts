import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CIRCUITS } from '../../src/contract/circuits.ts';
import { type Api, startApi } from '../support/api.ts';
import { createWorker } from './support/actors.ts';
import { callerAs, expectData, expectRefusal, faultPaths } from './support/client.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const report = (name: string, state: string, more: object = {}) => ({
  ...{ name, state, failures: 0, opensAfter: 5, recoverySeconds: 60 },
  ...more,
});
const beat = (worker: Awaited<ReturnType<typeof createWorker>>, circuits: unknown) =>
  worker.caller.post(`${worker.path}/heartbeat`, { status: 'idle', running: [], circuits });

describe('the circuits of the fleet', () => {
  it('are told by each worker with its heartbeat, and read in one place with the worst first', async () => {
    const operator = callerAs(api, 'operator', 'ops', { role: 'viewer' });
    const [one, two, silent] = await Promise.all(
      ['email', 'email', 'email'].map((queue) => createWorker(api, [queue])),
    );
    expectData(await beat(one!, [report('backend_api', 'closed'), report('partner', 'closed', { failures: 2 })]), 200);
    const open = report('partner', 'open', { failures: 5, nextProbeInSeconds: 12.5 });
    expectData(await beat(two!, [open, report('backend_api', 'closed')]), 200);
    expectData(await beat(silent!, undefined), 200);

    const { circuits } = expectData(await operator.get('/admin/circuits'), 200);
    expect(circuits.map(({ name, state }: any) => [name, state])).toEqual([
      ['partner', 'open'],
      ...Object.keys(CIRCUITS)
        .sort()
        .map((name) => [name, 'closed']),
    ]);
    expect(circuits[0]).toMatchObject({ opensAfter: 5, recoverySeconds: 60 });
    expect(circuits[0].workers).toEqual([
      { id: two!.id, state: 'open', failures: 5, nextProbeInSeconds: 12.5 },
      { id: one!.id, state: 'closed', failures: 2 },
    ]);
    const { workers } = expectData(await operator.get('/workers'), 200);
    expect(workers.find(({ id }: any) => id === two!.id).circuits).toEqual([open, report('backend_api', 'closed')]);

    const detailed = await operator.ask('GET', `${api.url}/health/detailed`);
    expect(detailed.body).toMatchObject({ status: 'ok', circuits: [{ name: 'partner', state: 'open' }, {}, {}, {}] });
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toContain('powernode_fleet_circuit_workers{circuit="partner",state="open"} 1');
    expect(metrics).toContain('powernode_fleet_circuit_workers{circuit="partner",state="closed"} 1');
    expect(metrics).toContain('powernode_fleet_circuit_workers{circuit="backend_api",state="closed"} 2');
  });

  it('are refused when they are none, and a name cannot break out of its label', async () => {
    const worker = await createWorker(api, ['email']);
    const refused = expectRefusal(await beat(worker, [report('x', 'ajar')]), 422, 'validation_failed');
    expect(faultPaths(refused)).toEqual(['circuits.0.state']);
    const many = Array.from({ length: 129 }, (_, nth) => report(`c${nth}`, 'closed'));
    expectRefusal(await beat(worker, many), 422, 'validation_failed');
    expectData(await beat(worker, [report('a"} 1\nevil 2', 'open')]), 200);
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).not.toMatch(/^evil/m);
    expect(metrics).toContain('{circuit="a___1_evil_2",state="open"} 1');
  });
});
