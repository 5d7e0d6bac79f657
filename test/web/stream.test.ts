import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueueJob } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from './support/visitor.ts';

let stage: Stage;
beforeAll(async () => (stage = await setStage()), 60_000);
afterAll(() => stage.stop());

async function enqueue(): Promise<string> {
  const token = createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' });
  const client = createBridgeClient({ baseUrl: stage.api.url, userAgent: 'test', token });
  const { data } = await client.call(enqueueJob, {
    body: { name: 'files.thumbnail', queue: 'email', payload: { processing_job_id: 'p' } },
  });
  await client.close();
  return 'id' in data ? data.id : '';
}

async function viewer() {
  const visitor = createVisitor(stage.url);
  await visitor.signIn(ADMIN, PASSWORD);
  return visitor;
}

/** Reads until a change was told. */
async function hear(answer: Response): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; !text.includes('event: change');) {
    const { value, done } = await reader.read();
    if (done) throw new Error('expected a change, got the end of the stream');
    text += value;
  }
  await reader.cancel();
}

describe('the stream', () => {
  it('tells everybody who looks that something changed, over one stream from the API', async () => {
    const visitors = await Promise.all([viewer(), viewer(), viewer()]);
    const answers = await Promise.all(visitors.map((visitor) => visitor.ask('/stream')));
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      expect(answer.headers.get('content-encoding')).toBeNull();
    }
    const heard = Promise.all(answers.map(hear));
    let isHeard = false;
    void heard.then(() => (isHeard = true));
    await expect.poll(async () => (isHeard ? '' : await enqueue()), { interval: 500, timeout: 15_000 }).toBe('');
  });

  it('tells of one job only what changed about it', async () => {
    const id = await enqueue();
    const visitor = await viewer();
    const heard = hear(await visitor.ask(`/stream?queue=email&id=${id}`));
    let isHeard = false;
    void heard.then(() => (isHeard = true));
    await enqueue();
    let priority = 1;
    await expect
      .poll(
        async () => {
          await stage.sql('UPDATE pgboss.job SET priority = $2 WHERE id = $1', [id, (priority += 1)]);
          return isHeard;
        },
        { interval: 500, timeout: 15_000 },
      )
      .toBe(true);
  });

  it('is for people who are signed in', async () => {
    const answer = await createVisitor(stage.url).ask('/stream');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/signin?next=%2Fstream']);
  });
});
