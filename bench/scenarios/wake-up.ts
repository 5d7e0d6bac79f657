import { Agent } from 'undici';
import { createTokenSource } from '../../src/process/service-token.ts';
import { SECRET } from '../support/bridge.ts';
import { empty, openBoss } from '../support/load.ts';
import { percentile, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const QUEUE = 'default';
const PARKED = 200;
const PER_SECOND = 200;
const SECONDS = 10;

/** From the commit of an enqueue by the backend's own pg-boss to the job in a worker's hands, through the long poll. */
async function wakeUp(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  const sentAt = new Map<string, number>();
  const waits: number[] = [];
  const stop = new AbortController();
  const agent = new Agent({ connections: PARKED + 8 });
  const parked = Array.from({ length: PARKED }, (_, n) =>
    park(stage.bridge.url, agent, `parked-${n}`, stop.signal, (id) => {
      const at = sentAt.get(id);
      if (at !== undefined) waits.push(performance.now() - at);
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (let n = 0; n < PER_SECOND * SECONDS; n += 1) {
    const due = performance.now() + 1000 / PER_SECOND;
    const id = await boss.send(QUEUE, { name: 'bench.noop', payload: { n } });
    if (id !== null) sentAt.set(id, performance.now());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  stop.abort();
  await Promise.all(parked);
  await agent.close();
  await boss.stop({ graceful: false });
  const row = (metric: string, ours: number, target: number): Row => ({
    scenario: `wake-up, ${PARKED} parked, ${PER_SECOND}/s`,
    metric,
    ours: Math.round(ours * 10) / 10,
    peer: target,
    peerName: 'the target',
    ratio: Math.round((ours / target) * 100) / 100,
    target,
    met: ours <= target,
    spread: [Math.min(...waits), Math.max(...waits), target, target],
  });
  return [row('ms, p50', percentile(waits, 0.5), 5), row('ms, p99', percentile(waits, 0.99), 25)];
}

async function park(
  url: string,
  agent: Agent,
  id: string,
  stop: AbortSignal,
  onJob: (id: string) => void,
): Promise<void> {
  const token = createTokenSource(SECRET, { type: 'worker', sub: id });
  const post = async (path: string, body: object): Promise<any> => {
    const answer = await agent.request({
      origin: url,
      path: `/api/v1${path}`,
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: stop,
    });
    const text = await answer.body.text();
    return text === '' ? undefined : JSON.parse(text).data;
  };
  const { queues } = { queues: [QUEUE] };
  try {
    await post('/workers/register', { hostname: 'bench', pid: 1, version: '1', protocol: 1, queues, concurrency: 1 });
    while (!stop.aborted) {
      const claimed = await post(`/workers/${id}/claim`, { limit: 1, waitSeconds: 25 });
      for (const job of claimed?.jobs ?? []) {
        onJob(job.id);
        await post(`/workers/${id}/complete/${job.id}`, { lease: job.lease });
      }
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

export const wakeUpScenarios = { 'wake-up': wakeUp };
