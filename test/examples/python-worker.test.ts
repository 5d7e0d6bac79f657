import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createProducer, createWorker, payloadOf } from '../wire/support/actors.ts';
import { callerAs, type Caller, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { requireProgram, type Running, runExample } from './run-example.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/python-worker');

/** A user's own handlers: one for each way in which a job may end. */
const HANDLERS = `
import time

def thumbnail(job):
    mark = job.payload["processing_job_id"]
    if mark == "complete":
        return {"attempt": "done", "got": job.payload}
    if mark == "crash":
        raise ValueError("ünïcödé \\x00 trouble")
    if mark == "give up":
        raise job.failed("it is damaged", code="damaged", retry=False)
    if mark == "again":
        raise job.failed("later", retryInSeconds=0)
    if mark == "release":
        raise job.released("not now", delay_seconds=300)
    if mark == "too much":
        return {"text": "x" * 300000}
    job.percent = 50
    while not job.stopped.is_set():
        if mark == "short":
            time.sleep(1)
            return {"waited": True}
        time.sleep(0.05)
    print("stopped " + mark, flush=True)

HANDLERS = {"files.thumbnail": thumbnail}
`;

let api: Api;
let operator: Caller;
let producer: ReturnType<typeof createProducer>;
let folder: string;
let worker: Running;
let id: string;
let queue: string;
const queues = [
  'reports',
  'services',
  'billing',
  'mcp',
  'email',
  'trading',
  'compliance',
  'integrations',
  'trading_learning',
];

beforeAll(async () => {
  requireProgram('python3');
  api = await startApi();
  operator = callerAs(api, 'operator', 'ops');
  producer = createProducer(api);
  folder = await mkdtemp(join(tmpdir(), 'python-worker-'));
  await cp(EXAMPLE, folder, { recursive: true });
  await writeFile(join(folder, 'handlers.py'), HANDLERS);
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(cwd: string, inQueue: string): Promise<void> {
  id = `python-${inQueue}`;
  worker = runExample('python3', ['-B', 'worker.py'], cwd, {
    BACKEND_API_URL: api.url,
    WORKER_SERVICE_TOKEN: api.secret,
    WORKER_ID: id,
    WORKER_QUEUES: inQueue,
    WORKER_CONCURRENCY: '2',
  });
  await until('the registration', 15_000, async () => {
    if (worker.child.exitCode !== null) throw new Error(worker.output());
    return (await operator.get(`/workers/${id}`)).status === 200;
  });
}

const becomes = (job: string, state: string, inQueue = queue) =>
  until(`${state}; the worker said: ${worker.output()}`, 15_000, async () => {
    const view = await producer.view(inQueue, job);
    return view.state === state && view;
  });
const post = (mark: string, fields = {}) => producer.enqueue(queue, { payload: payloadOf(mark), ...fields });

describe('the worker in Python', () => {
  beforeEach(async () => {
    queue = queues.shift() ?? 'default';
    await start(folder, queue);
  });
  afterEach(async () => {
    await worker.end('SIGKILL');
  });

  it('completes, fails and releases, each with what the handler said', async () => {
    const done = await becomes(await post('complete'), 'completed');
    expect(done).toMatchObject({
      output: { attempt: 'done', got: payloadOf('complete') },
      attempts: [{ workerId: id }],
    });

    const gaveUp = await becomes(await post('give up', { maxAttempts: 9 }), 'failed');
    expect(gaveUp.attempts).toMatchObject([{ error: { message: 'it is damaged', code: 'damaged' } }]);

    const again = await becomes(await post('again', { maxAttempts: 3 }), 'failed');
    expect(again.attempts).toHaveLength(3);

    const released = await post('release', { maxAttempts: 1 });
    const view = await until('the release', 10_000, async () => {
      const found = await producer.view(queue, released);
      return found.attempts.length > 0 && found.state !== 'active' && found;
    });
    expect(['created', 'retry']).toContain(view.state);
    expect(Date.parse(view.runAt)).toBeGreaterThan(Date.now() + 200_000);
  });

  it('fails a job whose output or error the bridge refuses, instead of holding it for ever', async () => {
    const tooMuch = await becomes(await post('too much', { maxAttempts: 1 }), 'failed');
    expect(tooMuch.attempts[0].error.code).toBe('outcome_refused');
    const crashed = await becomes(await post('crash', { maxAttempts: 1 }), 'failed');
    expect(crashed.attempts[0].error).toMatchObject({
      name: 'ValueError',
      message: expect.stringContaining('ünïcödé'),
    });
  });

  it('beats while it works: progress is shown and the lease outlives itself', async () => {
    const job = await post('endless');
    const active = await becomes(job, 'active');
    await until('the progress', 10_000, async () => (await producer.view(queue, job)).progress?.percent === 50);
    // Longer than confirmSeconds: without beats the job would have gone back by now.
    await until('the time of a confirmation', 10_000, async () => Date.now() - Date.parse(active.claimedAt) > 6_500);
    expect(await producer.view(queue, job)).toMatchObject({
      state: 'active',
      attempts: [{ attempt: 1, workerId: id }],
    });
    expectData(await producer.caller.post(`/jobs/${queue}/${job}/cancel`), 200);
    await until('the handler to hear of the cancellation', 15_000, async () =>
      worker.output().includes('stopped endless'),
    );
    await becomes(await post('complete'), 'completed');
  });

  it('drains on SIGTERM: finishes what runs, takes nothing more, leaves', async () => {
    const running = await post('short');
    await becomes(running, 'active');
    const ended = worker.end('SIGTERM');
    await until('the drain', 10_000, async () => {
      const { status, data } = await operator.get(`/workers/${id}`);
      return status === 404 || ['draining', 'drain'].includes(data.status) || data.directive === 'drain';
    });
    const late = await post('complete');
    expect(await ended).toBe(0);
    expect((await producer.view(queue, running)).state).toBe('completed');
    expect((await producer.view(queue, late)).state).toBe('created');
    expect((await operator.get(`/workers/${id}`)).status).toBe(404);
  });

  it('drains when an operator says so', async () => {
    expectData(await operator.post(`/workers/${id}/drain`), 200);
    await until('its end', 15_000, async () => worker.child.exitCode === 0);
  });

  it('gives back what runs when an operator tells it to stop', async () => {
    const job = await post('endless');
    await becomes(job, 'active');
    expectData(await operator.post(`/workers/${id}/drain`, { leave: 'stop' }), 200);
    const other = await createWorker(api, [queue]);
    expect(await other.claimOne(queue, 12_000)).toMatchObject({ id: job, attempt: 1 });
    await until('its end', 10_000, async () => worker.child.exitCode === 0);
  });

  it('gives back at once what runs when it is told a second time', async () => {
    const job = await post('endless');
    await becomes(job, 'active');
    worker.child.kill('SIGTERM');
    await until('the drain', 10_000, async () => (await operator.get(`/workers/${id}`)).data?.directive === 'drain');
    expect(await worker.end('SIGTERM')).toBe(0);
    const other = await createWorker(api, [queue]);
    expect(await other.claimOne(queue, 5_000)).toMatchObject({ id: job, attempt: 1 });
  });

  it('goes on by itself after the api was killed and started again', async () => {
    const job = await post('short');
    await becomes(job, 'active');
    await api.kill9();
    await api.restart();
    expect((await becomes(job, 'completed')).attempts).toHaveLength(1);
    await becomes(await post('complete'), 'completed');
  });
});

describe('the worker in Python as it comes', () => {
  afterEach(async () => {
    await worker.end('SIGKILL');
  });

  it('carries out files.metadata for an uploaded file, with the attempt’s token alone', async () => {
    const bytes = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
    const form = new FormData();
    form.set('file', new Blob([bytes], { type: 'application/pdf' }), 'paper.pdf');
    const { file } = expectData(await producer.caller.ask('POST', '/files/upload', { form }), 201);
    await start(EXAMPLE, 'file_processing');
    const done = await until('the completed file', 15_000, async () => {
      const found = expectData(await producer.caller.get(`/files/${String(file.id)}`), 200);
      return found.file.processing_status === 'completed' && found;
    });
    const result = { sha256: createHash('sha256').update(bytes).digest('hex'), byte_size: bytes.length };
    expect(done.file.metadata).toMatchObject(result);
    expect(done.processing_jobs).toMatchObject([{ status: 'completed', result_data: result }]);
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  it('says in one line that its secret is refused, and ends', async () => {
    worker = runExample('python3', ['-B', 'worker.py'], EXAMPLE, {
      BACKEND_API_URL: api.url,
      WORKER_SERVICE_TOKEN: 'x'.repeat(32),
    });
    await until('its end', 15_000, async () => worker.child.exitCode === 1);
    expect(worker.output()).toMatch(/^the bridge refuses this worker: .+\n$/);
  });
});
