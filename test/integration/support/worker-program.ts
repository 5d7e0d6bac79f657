// A worker process for tests that kill one: the real runtime with handlers that do what the payload says. It tells what it
// does in lines on standard output, so that a test waits for facts.
import { defineJob, type JobContext } from '../../../src/jobs/index.ts';
import { thumbnailJob } from '../../../src/contract/catalogue/files.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { whenAborted } from '../../../src/process/sleep.ts';
import { createRuntime, readRuntimeEnv } from '../../../src/runtime/index.ts';
import { onStopSignals } from '../../../src/worker/stop-signals.ts';

const say = (fact: string) => process.stdout.write(`${fact}\n`);

/** `hold`: until it is aborted; `wait N`: N ms, whatever happens; anything else ends at once. */
async function act(ctx: JobContext, wish: string): Promise<Record<string, unknown>> {
  const { id, attempt } = ctx.job;
  await ctx.workdir();
  ctx.progress(1);
  say(`started ${id} ${attempt}`);
  if (wish === 'hold') {
    await whenAborted(ctx.signal);
    say(`aborted ${id} ${(ctx.signal.reason as { kind: string }).kind}`);
    throw ctx.signal.reason;
  }
  if (wish.startsWith('wait ')) await new Promise((resolve) => setTimeout(resolve, Number(wish.slice(5))));
  say(`ended ${id} ${attempt}`);
  return { by: process.pid };
}

const runtime = createRuntime({
  env: readRuntimeEnv(),
  jobs: [defineJob(thumbnailJob, (ctx, payload) => act(ctx, payload.processing_job_id))],
  log: createLogger({ name: 'worker', level: 'silent' }),
});
const stop = () => void runtime.stop().then(() => process.exit(0));
const log = createLogger({ name: 'worker', level: 'silent' });
onStopSignals(log, { stop, hurry: () => runtime.hurry(), exit: () => process.exit(1) });
void runtime.ended.then(stop);
await runtime.start();
say('ready');
