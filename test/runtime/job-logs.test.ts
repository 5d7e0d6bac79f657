import { afterAll, beforeAll, expect, it } from 'vitest';
import { RetryAfter } from '../../src/jobs/index.ts';
import { createLogShipper } from '../../src/runtime/facilities/log-shipper.ts';
import { until } from '../wire/support/until.ts';
import { type Stack, startStack, startWorker } from './support/real-stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const read = async (id: string, query = '') =>
  (await stack.operator.get(`/admin/jobs/reports/${id}/logs${query}`)).data;

it('the lines of a job stand with it when it has settled, by attempt, and without secrets', async () => {
  const handler = async (ctx: any) => {
    ctx.log.info({ api_key: 'k-1', nested: { list: [{ password: 'p-1', tokens: 12 }] } }, `try ${ctx.job.attempt}`);
    ctx.log.child({ part: 'inner' }).warn({ sent: 'Bearer abc.def-ghi' }, 'of a child, with a lone \ud800 and \u0000');
    ctx.log.debug('below the level that is logged');
    if (ctx.job.attempt === 1) throw new RetryAfter(0, 'again');
  };
  await using _worker = await startWorker(stack.api, handler, {});
  const id = await stack.enqueue();
  await stack.ended(id);
  const { lines } = await read(id);
  const parsed = lines.map(({ attempt, line }: any) => ({ ...JSON.parse(line), attempt }));
  expect(parsed.map((line: any) => [line.attempt, line.level])).toEqual([
    [1, 'info'],
    [1, 'warn'],
    [1, 'debug'],
    [2, 'info'],
    [2, 'warn'],
    [2, 'debug'],
  ]);
  expect(parsed[0]).toMatchObject({ job: id, jobName: 'test.probe', queue: 'reports', msg: 'try 1' });
  expect(parsed[0].nested).toEqual({ list: [{ password: '[REDACTED]', tokens: 12 }] });
  expect(parsed[4]).toMatchObject({ part: 'inner', sent: 'Bearer [REDACTED]' });
  expect(JSON.stringify(lines)).not.toMatch(/k-1|p-1|abc\.def/);
  expect((await read(id, '?attempt=2')).lines).toHaveLength(3);
});

it('the lines of a running job can be followed with the cursor', async () => {
  const { promise: go, resolve: goOn } = Promise.withResolvers<undefined>();
  const handler = async (ctx: any) => {
    ctx.log.info('before');
    await go;
    ctx.log.info('after');
  };
  await using _worker = await startWorker(stack.api, handler);
  const id = await stack.enqueue();
  const first = await until('the first line', 10_000, async () => {
    const answer = await read(id);
    return answer.lines.length > 0 ? answer : undefined;
  });
  expect((await read(id, `?after=${first.cursor}`)).lines).toEqual([]);
  goOn(undefined);
  await stack.ended(id);
  const rest = await read(id, `?after=${first.cursor}`);
  expect(rest.lines.map(({ line }: any) => JSON.parse(line).msg)).toEqual(['after']);
  expect(rest.more).toBe(false);
});

it('of a job that logs without end the last lines are kept, and the job is not held up', async () => {
  const handler = async (ctx: any) => {
    for (let nth = 0; nth < 30; nth += 1) {
      for (let line = 0; line < 400; line += 1) ctx.log.info(`${nth}.${line} ${'x'.repeat(300)}`);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  };
  await using _worker = await startWorker(stack.api, handler);
  const id = await stack.enqueue();
  expect((await stack.ended(id, 'reports', 30_000)).state).toBe('completed');
  const { lines } = await read(id, '?limit=5000');
  expect(lines.length).toBeLessThan(6_000);
  expect(JSON.parse(lines.at(-1).line).msg).toMatch(/^29\.399 /);
  expect(lines.some(({ line }: any) => /lines were dropped here/.test(line))).toBe(true);
});

it('no job waits for logs longer than a moment, and none fails for them', async () => {
  const sent: unknown[] = [];
  const shipper = createLogShipper({
    send: (chunk) => {
      sent.push(chunk);
      return new Promise(() => undefined);
    },
    closeMs: 100,
  });
  shipper.push('a line\n');
  const startedAt = performance.now();
  await shipper.close();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(sent).toEqual([{ sequence: 0, lines: ['a line'] }]);
});

it('a chunk whose answer was lost is shipped again under its number, and what follows under the next', async () => {
  const sent: { sequence: number; lines: string[] }[] = [];
  const shipper = createLogShipper({
    send: async (chunk) => {
      sent.push(chunk);
      if (sent.length === 1) throw new Error('no answer');
    },
    flushMs: 10,
  });
  shipper.push('one');
  await until('a second try', 2_000, async () => sent.length >= 2);
  shipper.push('two');
  await shipper.close();
  expect(sent.map(({ sequence, lines }) => [sequence, ...lines])).toEqual([
    [0, 'one'],
    [0, 'one'],
    [1, 'two'],
  ]);
});
