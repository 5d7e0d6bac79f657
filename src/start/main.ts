import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createBridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { EnvFault } from '../process/env.ts';
import { EXIT } from '../process/exit-codes.ts';
import { createTokenSource } from '../process/service-token.ts';
import { VERSION } from '../process/version.ts';
import { readStartEnv, type StartSettings } from './env.ts';
import { expectFreePort } from './port-check.ts';
import { createProgressView } from './progress-view.ts';
import { untilReady } from './readiness.ts';
import { resultTable } from './result-table.ts';
import { openSampleLedger } from './sample-ledger.ts';
import { isAsExpected } from './sample-result.ts';
import { createShutdown } from './shutdown.ts';
import { StartFault } from './start-fault.ts';
import { supervise } from './supervise.ts';
import { takeSamples } from './take-samples.ts';

// `npm start`: the API and a worker on this machine, the sample set through both, and then whatever comes, until Ctrl-C.

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function start(settings: StartSettings, isOnce: boolean): Promise<number> {
  const shutdown = createShutdown(say);
  try {
    await launch(settings, shutdown);
    const isGood = await showSamples(settings, shutdown.signal);
    if (isOnce) return isGood ? EXIT.ok : EXIT.failed;
    say(`\nDashboard  ${settings.webUrl}\nAPI        ${settings.apiUrl}/api/v1`);
    say(`Sign in    ${settings.email}  ${settings.password}\nLogs       ${join(settings.dataDir, 'logs')}`);
    say('Ctrl-C drains and stops.');
    await aborted(shutdown.signal);
    return EXIT.ok;
  } finally {
    await shutdown.stop();
    if (shutdown.signal.aborted) say('Stopped.');
  }
}

async function launch(settings: StartSettings, shutdown: ReturnType<typeof createShutdown>): Promise<void> {
  await expectFreePort(settings.apiPort, 'PORT');
  await expectFreePort(settings.webPort, 'WEB_PORT');
  await mkdir(join(settings.dataDir, 'logs'), { recursive: true });
  const logFile = (name: string) => join(settings.dataDir, 'logs', `${name}.log`);
  const { apiEnvironment, workerEnvironment, apiUrl, webUrl, startTimeoutMs } = settings;
  const module = { api: 'api-bridge/main.js', worker: 'worker/main.js' };
  const api = supervise({ name: 'api', module: module.api, environment: apiEnvironment, logFile: logFile('api') }, say);
  shutdown.add(api);
  await untilReady(api.current(), `${apiUrl}/health/ready`, startTimeoutMs, shutdown.signal);
  const worker = supervise(
    { name: 'worker', module: module.worker, environment: workerEnvironment, logFile: logFile('worker') },
    say,
  );
  shutdown.add(worker);
  await untilReady(worker.current(), `${webUrl}/health/ready`, startTimeoutMs, shutdown.signal);
  api.keep();
  worker.keep();
  say(
    `Powernode Worker ${VERSION}: api (process ${api.current().pid}) and worker (process ${worker.current().pid}) are ready.`,
  );
}

async function showSamples(settings: StartSettings, signal: AbortSignal): Promise<boolean> {
  const client = createBridgeClient({
    baseUrl: settings.apiUrl,
    token: createTokenSource(settings.serviceToken, { type: 'producer', sub: 'start' }),
    userAgent: `powernode-start/${VERSION}`,
  });
  const view = createProgressView(process.stdout);
  try {
    const ledger = await openSampleLedger(settings.dataDir);
    const options = { client, ledger, signal, timeoutMs: settings.startTimeoutMs, onChange: view.show };
    const results = await takeSamples(options);
    view.done();
    say(`\n${resultTable(results, process.stdout.columns || 100)}`);
    return results.every(isAsExpected);
  } finally {
    await client.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A person's mistake is one line; anything else is a defect and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof StartFault || error instanceof EnvFault) return error.message;
  if (error instanceof BridgeCallError) return `The API refused a sample: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  process.exitCode = await start(readStartEnv(), process.argv.includes('--once'));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = EXIT.failed;
}
