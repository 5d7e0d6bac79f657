import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createWorker } from '../wire/support/actors.ts';
import { callerAs, type Caller, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { requireProgram, type Running, runExample } from './run-example.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/bash-worker');

/** A user's own command: the payload's mark says how it ends. */
const COMMAND = `#!/usr/bin/env bash
payload=$(cat)
case $payload in
  *complete*) printf 'line "one"\\n\\ttab \\\\ é\\n%s %s' "$1" "$payload" ;;
  *release*) exit 75 ;;
  *fail*) echo 'no "luck" today' >&2; exit 3 ;;
  *short*) sleep 1 ;;
  *) echo $$ >"$PID_FILE"; exec sleep 300 ;;
esac
`;

let api: Api;
let operator: Caller;
let producer: ReturnType<typeof createProducer>;
let folder: string;
let worker: Running;
let id: string;
let queue: string;
const queues = ['reports', 'services', 'billing', 'mcp', 'email', 'trading'];

beforeAll(async () => {
  requireProgram('bash');
  requireProgram('curl');
  requireProgram('openssl', 'version');
  requireProgram('awk', 'BEGIN {}');
  requireProgram('iconv');
  api = await startApi();
  operator = callerAs(api, 'operator', 'ops');
  producer = createProducer(api);
  folder = await mkdtemp(join(tmpdir(), 'bash-worker-'));
  await writeFile(join(folder, 'command.sh'), COMMAND);
  await chmod(join(folder, 'command.sh'), 0o755);
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  queue = queues.shift() ?? 'default';
  id = `bash-${queue}`;
  worker = runExample('bash', [join(EXAMPLE, 'worker.sh')], folder, {
    BACKEND_API_URL: api.url,
    WORKER_SERVICE_TOKEN: api.secret,
    WORKER_ID: id,
    WORKER_QUEUES: `${queue},default`,
    WORKER_COMMAND: join(folder, 'command.sh'),
    PID_FILE: join(folder, 'pid'),
  });
  await until('the registration', 15_000, async () => {
    if (worker.child.exitCode !== null) throw new Error(worker.output());
    return (await operator.get(`/workers/${id}`)).status === 200;
  });
});
afterEach(async () => {
  // SIGTERM and not SIGKILL, so that it also ends its background beats; the second one gives up a running command.
  if (worker.child.exitCode !== null) return;
  worker.child.kill('SIGTERM');
  await until('the drain', 10_000, async () => {
    const { status, data } = await operator.get(`/workers/${id}`);
    return status === 404 || data.directive === 'drain';
  });
  await worker.end('SIGTERM');
});

const becomes = (job: string, state: string) =>
  until(`${state}; the worker said: ${worker.output()}`, 15_000, async () => {
    const view = await producer.view(queue, job);
    return view.state === state && view;
  });
const post = (mark: string, fields = {}) =>
  producer.enqueue(queue, {
    payload: { processing_job_id: mark, lease: 'not "this" one', token: ['}', '\\'] },
    ...fields,
  });

describe('the worker in bash', () => {
  it('completes, fails and releases by the exit code of its command', async () => {
    const done = await becomes(await post('complete'), 'completed');
    expect(done.attempts).toMatchObject([{ workerId: id }]);
    expect(done.output.stdout).toMatch(/^line "one"\n\ttab \\ é\nfiles\.thumbnail \{.*"complete"/);
    const failed = await becomes(await post('fail', { maxAttempts: 1 }), 'failed');
    expect(failed.attempts[0].error).toMatchObject({ message: 'no "luck" today', code: 'exit_3' });
    const released = await post('release', { maxAttempts: 1 });
    await until('a second run of what was released', 15_000, async () => {
      const released_ = worker
        .output()
        .split('\n')
        .filter((line) => line.startsWith(`${released}: release 200`));
      return released_.length >= 2;
    });
    expectData(await producer.caller.post(`/jobs/${queue}/${released}/cancel`), 200);
  });

  it('stops its command when the job is cancelled', async () => {
    const job = await post('endless');
    await becomes(job, 'active');
    expectData(await producer.caller.post(`/jobs/${queue}/${job}/cancel`), 200);
    await until(`the end of the command; the worker said: ${worker.output()}`, 15_000, async () =>
      worker.output().includes(`${job}: fail unwanted`),
    );
    await becomes(await post('complete'), 'completed');
  });

  it('drains on SIGTERM: finishes what runs, takes nothing more, leaves', async () => {
    const running = await post('short');
    await becomes(running, 'active');
    const ended = worker.end('SIGTERM');
    await until('the drain', 10_000, async () => {
      const { status, data } = await operator.get(`/workers/${id}`);
      return status === 404 || data.directive === 'drain';
    });
    const late = await post('complete');
    expect(await ended).toBe(0);
    expect((await producer.view(queue, running)).state).toBe('completed');
    expect((await producer.view(queue, late)).state).toBe('created');
    expect((await operator.get(`/workers/${id}`)).status).toBe(404);
  });

  it('gives back what runs when it is told a second time', async () => {
    const job = await post('endless');
    await becomes(job, 'active');
    worker.child.kill('SIGTERM');
    await until('the drain', 10_000, async () => (await operator.get(`/workers/${id}`)).data?.directive === 'drain');
    expect(await worker.end('SIGTERM')).toBe(0);
    const other = await createWorker(api, [queue]);
    expect(await other.claimOne(queue, 10_000)).toMatchObject({ id: job, attempt: 1 });
  });

  it('gives back what runs when an operator tells it to stop', async () => {
    const job = await post('endless');
    await becomes(job, 'active');
    expectData(await operator.post(`/workers/${id}/drain`, { leave: 'stop' }), 200);
    const other = await createWorker(api, [queue]);
    expect(await other.claimOne(queue, 12_000)).toMatchObject({ id: job, attempt: 1 });
    await until('its end', 10_000, async () => worker.child.exitCode === 0);
  });

  it('keeps its secret out of the list of processes', async () => {
    const job = await post('short');
    const seen: string[] = [];
    await until('the completed job', 15_000, async () => {
      seen.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
      return (await producer.view(queue, job)).state === 'completed';
    });
    expect(seen.join('\n')).toContain('worker.sh');
    expect(seen.join('\n')).not.toContain(api.secret);
  });
});
