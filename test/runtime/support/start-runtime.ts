import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { declareJob, type JobDeclaration } from '../../../src/contract/catalogue/declare-job.ts';
import { defineJob, type JobContext, type JobDefinition } from '../../../src/jobs/index.ts';
import type { Circuits } from '../../../src/process/circuits.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv, type RuntimeTimes } from '../../../src/runtime/index.ts';
import type { ScriptedBridge } from './scripted-bridge.ts';

export type Handler = (ctx: JobContext, payload: any) => Promise<any>;

/** A job of the queue `default` whose payload is any object. */
export function job(name: string, handler: Handler, choices: Partial<JobDeclaration> = {}): JobDefinition {
  return defineJob(declareJob({ name, queue: 'default', payload: z.looseObject({}), ...choices }), handler);
}

type Options = {
  isolatedProgram?: URL;
  env?: Record<string, string>;
  times?: Partial<RuntimeTimes>;
  circuits?: Circuits;
};

/** A real runtime against a scripted bridge, with short times. Disposing stops it, in a hurry if it has to. */
export async function startRuntime(
  bridge: ScriptedBridge,
  jobs: JobDefinition[],
  { env = {}, times = {}, circuits, isolatedProgram }: Options = {},
) {
  const workDir = await mkdtemp(join(tmpdir(), 'runtime-test-'));
  const lines: Record<string, any>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const runtime = createRuntime({
    env: readRuntimeEnv({
      BACKEND_API_URL: bridge.url,
      WORKER_SERVICE_TOKEN: 'a-secret-of-more-than-thirty-two-bytes',
      WORKER_ID: 'w1',
      WORKER_QUEUES: 'default',
      DRAIN_SECONDS: '5',
      WORK_DIR: workDir,
      ...env,
    }),
    jobs,
    ...(isolatedProgram === undefined ? {} : { isolatedProgram }),
    ...(circuits === undefined ? {} : { circuits }),
    log: createLogger({ name: 'test', level: 'debug', destination }),
    times: { graceMs: 200, partingMs: 400, ...times },
  });
  await runtime.start();
  return {
    ...runtime,
    workDir,
    lines,
    logged: (msg: string) => lines.filter((line) => line['msg'] === msg),
    async [Symbol.asyncDispose]() {
      runtime.hurry();
      await runtime.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Resolves when the signal of this context aborts, with its reason. */
export function abortOf(ctx: JobContext): Promise<any> {
  return new Promise((resolve) => {
    if (ctx.signal.aborted) resolve(ctx.signal.reason);
    ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason));
  });
}
