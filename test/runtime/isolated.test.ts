import { access } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { createRegistry } from '../../src/jobs/index.ts';
import { isolatedJobs } from './support/isolated-jobs.ts';
import { claimedJob, heartbeatReply, scriptedBridge } from './support/scripted-bridge.ts';
import { job, startRuntime } from './support/start-runtime.ts';

const PROGRAM = new URL('./support/isolated-program.ts', import.meta.url);
const CALM = { heartbeatSeconds: 0.2, leaseSeconds: 30, confirmSeconds: 20 };

async function stage() {
  const bridge = await scriptedBridge(CALM);
  bridge.script('POST /workers/w1/metrics', () => ({ status: 200, data: { accepted: 1 } }));
  const runtime = await startRuntime(bridge, isolatedJobs, { isolatedProgram: PROGRAM });
  const settled = () => new Map(bridge.settled());
  return {
    bridge,
    runtime,
    async run(name: string, facts = {}): Promise<any> {
      const claimed = claimedJob(name, facts);
      bridge.offer(claimed);
      await vi.waitFor(() => expect(settled().has(claimed.id)).toBe(true), { timeout: 20_000, interval: 50 });
      return settled().get(claimed.id);
    },
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await bridge[Symbol.asyncDispose]();
    },
  };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a job that asks for a process of its own', { timeout: 60_000 }, () => {
  it('has one, with its context: output, progress, metrics and a folder that is removed', async () => {
    await using at = await stage();
    const { type, output } = await at.run('tells', { payload: { who: 'me' } });
    expect(type).toBe('completed');
    expect(output.who).toBe('me');
    expect(output.pid).not.toBe(process.pid);
    await expect(access(output.folder)).rejects.toThrow();
    await vi.waitFor(() => expect(isAlive(output.pid)).toBe(false));
    const sent = () => at.bridge.of('POST /workers/w1/metrics').flatMap(({ body }) => body.samples);
    await vi.waitFor(() => expect(sent()).toMatchObject([{ name: 'told', value: 2 }]), { timeout: 5_000 });
  });

  it('ends as its errors say, which are translated where they were thrown', async () => {
    await using at = await stage();
    expect(await at.run('never')).toMatchObject({ type: 'failed', retry: false, error: { code: 'incurable' } });
    expect(await at.run('later')).toMatchObject({ type: 'failed', retryInSeconds: 7 });
  });

  it.each([
    ['crashes', 'process_crashed', /TypeError: nobody catches this error/],
    ['eats heap', 'out_of_memory', /expected the job to stay within 256 MiB/],
    ['eats buffers', 'out_of_memory', /expected the job to stay within 256 MiB/],
  ])('that %s fails its attempt, and the worker runs on', async (name, code, message) => {
    await using at = await stage();
    const { type, error, retry } = await at.run(name);
    expect({ type, code: error.code, retry }).toEqual({ type: 'failed', code, retry: undefined });
    expect(error.message).toMatch(message);
    expect((await at.run('tells')).type).toBe('completed');
  });

  it('hears its cancel', async () => {
    await using at = await stage();
    const claimed = claimedJob('obeys');
    at.bridge.offer(claimed);
    const said = () => at.bridge.of('heartbeat').some(({ body }) => body.running[0]?.progress?.percent === 1);
    await vi.waitFor(() => expect(said()).toBe(true), { timeout: 15_000 });
    at.bridge.next('heartbeat', () => ({ status: 200, data: heartbeatReply({ cancelled: [claimed.id] }) }));
    await vi.waitFor(() => expect(at.runtime.checks.counts()).toEqual({ waiting: 0, running: 0, stuck: 0 }), {
      timeout: 5_000,
    });
    expect(at.runtime.logged('attempt interrupted')).toHaveLength(1);
  });

  it('is killed with all that it started when it ignores its time-out, and frees its slot', async () => {
    await using at = await stage();
    const { type, error } = await at.run('blocks', { timeoutSeconds: 3 });
    expect([type, error.code]).toEqual(['failed', 'timeout']);
    await vi.waitFor(() => expect(at.runtime.checks.counts()).toEqual({ waiting: 0, running: 0, stuck: 0 }), {
      timeout: 5_000,
    });
    const told = at.bridge
      .of('heartbeat')
      .flatMap(({ body }) => body.running.map((each: any) => each.progress?.message));
    const sleeper = Number(told.find((message) => message !== undefined));
    expect(sleeper).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isAlive(sleeper)).toBe(false), { timeout: 5_000 });
  });
});

it('a memory limit without a process, or out of range, is refused at the start', () => {
  const odd = [
    job('a', async () => undefined, { memoryLimitMb: 512 }),
    job('b', async () => undefined, { isolate: 'process', memoryLimitMb: 64 }),
  ];
  expect(() => createRegistry(odd)).toThrow(/a: expected isolate: 'process'[^]*b: expected memoryLimitMb 192 to/);
});
