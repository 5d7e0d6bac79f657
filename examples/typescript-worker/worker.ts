// A Powernode worker in TypeScript and nothing else: fetch, and HMAC from Node (bridge.ts). It keeps to docs/protocol.md.
// node worker.ts [handlers.ts]; your jobs are in handlers.ts: a name and a function for each.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { call } from './bridge.ts';
import { drainMs, id, queues, slots } from './env.ts';

export type Job = { id: string; name: string; payload: any; token: string; lease: string; signal: AbortSignal };
export type Handler = (job: Job) => Promise<object | undefined>;

const me = `/workers/${id}`;
const file = resolve(process.argv[2] ?? `${import.meta.dirname}/handlers.ts`);
const { handlers }: { handlers: Record<string, Handler> } = await import(pathToFileURL(file).href);
const running = new Map<string, { job: Job; stop: AbortController; heardMs: number }>();
const draining = new AbortController();

async function register(): Promise<{ heartbeatSeconds: number; claimWaitSeconds: number; leaseSeconds: number }> {
  const about = { hostname: hostname(), pid: process.pid, version: '1.0.0', protocol: 1, queues, concurrency: slots };
  const { status, data } = await call('POST', '/workers/register', about);
  if (status === 201) return data.intervals;
  if (status !== 0) throw new Error(`not registered: ${status}`);
  await pause(1000);
  return await register();
}
let intervals = await register();

async function beat(): Promise<void> {
  const sentMs = performance.now();
  const named = [...running.values()];
  const status = draining.signal.aborted ? 'draining' : named.length > 0 ? 'busy' : 'idle';
  const leases = named.map(({ job }) => ({ jobId: job.id, lease: job.lease }));
  const answer = await call('POST', `${me}/heartbeat`, { status, running: leases }, 5);
  if (answer.status === 404 && !draining.signal.aborted) intervals = await register();
  const { lost = [], cancelled = [], directive = 'continue' } = answer.data ?? {};
  for (const run of named) {
    if (answer.status === 200) run.heardMs = sentMs;
    const isLapsed = performance.now() - run.heardMs > intervals.leaseSeconds * 1000;
    if ([...lost, ...cancelled].includes(run.job.id) || isLapsed) run.stop.abort();
  }
  if (directive !== 'continue') draining.abort();
}

/** Says how a job ended until somebody has heard it, or nobody wants to know any more. */
async function settle(verb: string, { id: jobId, lease, signal }: Job, body: object): Promise<void> {
  const say = () => call('POST', `${me}/${verb}/${jobId}`, { lease, ...body });
  while (!signal.aborted && (await say()).status === 0) await pause(1000);
}

async function run(claimed: Job): Promise<void> {
  const stop = new AbortController();
  const job = { ...claimed, signal: stop.signal };
  running.set(job.lease, { job, stop, heardMs: performance.now() });
  void beat(); // confirms the claim
  try {
    const handler = handlers[job.name];
    if (!handler) throw Object.assign(new Error(`no handler for ${job.name}`), { code: 'unknown_job' });
    await settle('complete', job, { output: (await handler(job)) ?? {} });
  } catch (error: any) {
    await settle('fail', job, { error: { message: String(error.message), code: String(error.code ?? 'failed') } });
  }
  running.delete(job.lease);
}

async function work(): Promise<void> {
  for (let claimId = randomUUID(); !draining.signal.aborted;) {
    const limit = slots - running.size;
    const waitSeconds = intervals.claimWaitSeconds;
    if (limit < 1) await pause(20);
    else {
      const wish = { claimId, queues, limit, waitSeconds };
      const { status, data } = await call('POST', `${me}/claim`, wish, waitSeconds + 10, draining.signal);
      for (const job of data?.jobs ?? []) if (!running.has(job.lease)) void run(job);
      if (status !== 0) claimId = randomUUID(); // an answer that was lost is asked for again
      if (status !== 200 && status !== 204) await pause(500);
    }
  }
}
for (const name of ['SIGTERM', 'SIGINT'] as const)
  process.on(name, () => (draining.signal.aborted ? process.exit(1) : draining.abort()));
const beats = setInterval(() => void beat(), intervals.heartbeatSeconds * 1000);
await work();
const deadline = performance.now() + drainMs;
while (running.size > 0 && performance.now() < deadline) await pause(50);
clearInterval(beats);
await call('DELETE', me); // what still runs goes back without burning an attempt
process.exit(0);
