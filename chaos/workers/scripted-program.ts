// One scripted worker in a process of its own, so that it can be killed, frozen and given a wrong clock.
import { z } from 'zod';
import { readChaosEnv } from '../env.ts';
import { createRandom } from '../random.ts';
import { createAsk } from '../way/ask.ts';
import { createScriptedWorker } from './scripted-worker.ts';

const told = z
  .object({ id: z.string(), url: z.string(), queues: z.array(z.string()), slots: z.number(), seed: z.number() })
  .parse(JSON.parse(readChaosEnv().CHAOS_WORKER ?? '{}'));
const worker = createScriptedWorker({
  ...told,
  ask: createAsk(told.url, 'worker', told.id),
  random: createRandom(told.seed),
});
process.on('SIGTERM', () => worker.stop());
await worker.work();
process.exit(0);
