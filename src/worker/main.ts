// The worker process: the polling runtime and the web app, or one of them, in one process without a database.
import { RegistryFault } from '../jobs/index.ts';
import { createCircuits } from '../process/circuits.ts';
import { EnvFault } from '../process/env.ts';
import { assertEnvironment } from './assert-environment.ts';
import { EXIT } from '../process/exit-codes.ts';
import { createLifecycle } from '../process/lifecycle.ts';
import { createLogger } from '../process/logger.ts';
import { DatabaseVariableFault } from '../runtime/index.ts';
import { readWorkerEnv } from './env.ts';
import { createPollingHalf } from './polling-half.ts';
import { onStopSignals } from './stop-signals.ts';
import { createWebHalf } from './web-half.ts';

async function main(): Promise<number> {
  const { role, logLevel, jobsPath, servesHealth } = readWorkerEnv();
  const log = createLogger({ name: 'worker', level: logLevel });
  await assertEnvironment(role);
  const circuits = createCircuits();
  const polling = role === 'web' ? undefined : await createPollingHalf(log, circuits, jobsPath);
  const runtime = polling?.runtime;
  const pollsOnly = role === 'runtime';
  const web = pollsOnly && !servesHealth ? undefined : await createWebHalf(log, runtime, circuits, pollsOnly);
  // Services stop in reverse: the runtime drains while the web app still answers the health checks.
  const lifecycle = createLifecycle([...(web === undefined ? [] : [web]), ...(polling?.services ?? [])], log);
  const { promise: asked, resolve: stop } = Promise.withResolvers<number>();

  onStopSignals(log, {
    stop: () => stop(EXIT.ok),
    hurry: () => runtime?.hurry(),
    exit: () => process.exit(EXIT.failed),
  });
  process.on('unhandledRejection', (error) => {
    // One handler's stray promise must not take the work of all others with it.
    log.error({ err: error }, 'a promise was rejected and nobody looked');
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught: giving back what runs');
    runtime?.hurry();
    stop(EXIT.failed);
  });
  void runtime?.ended.then((end) => stop(end.reason === 'refused' ? EXIT.misconfigured : EXIT.ok));

  await lifecycle.start();
  const code = await asked;
  await lifecycle.stop();
  return code;
}

try {
  process.exit(await main());
} catch (error) {
  const misconfigured =
    error instanceof EnvFault || error instanceof DatabaseVariableFault || error instanceof RegistryFault;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`powernode worker: not started: ${reason}\n`);
  process.exit(misconfigured ? EXIT.misconfigured : EXIT.failed);
}
