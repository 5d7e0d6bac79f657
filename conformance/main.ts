import { parseArgs } from 'node:util';
import { CLAIMS } from './bridge/claim-checks.ts';
import { ENVELOPE } from './bridge/envelope-checks.ts';
import { SETTLES } from './bridge/settle-checks.ts';
import { runChecks } from './check.ts';
import { readConformanceEnv } from './env.ts';
import { testWorker } from './worker/test-worker.ts';

const USAGE = 'expected the URL of a bridge, or --worker with a command that starts a worker';

/** `npm run conformance -- http://127.0.0.1:3000`, or `npm run conformance -- --worker 'python3 worker.py'`. */
async function main(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      worker: { type: 'string' },
      patience: { type: 'string', default: '20' },
      job: { type: 'string', default: 'files.thumbnail' },
      queue: { type: 'string', default: 'reports' },
      payload: { type: 'string', default: '{"processing_job_id":"none"}' },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.worker !== undefined) return await testWorker(values.worker, Number(values.patience) * 1000, say);
  const [url] = positionals;
  const { WORKER_SERVICE_TOKEN: secret } = readConformanceEnv();
  if (url === undefined) throw new Error(USAGE);
  if (secret === undefined) throw new Error('expected WORKER_SERVICE_TOKEN, the secret of the bridge');
  const bridge = {
    url: url.replace(/\/+$/, ''),
    secret,
    name: values.job,
    queue: values.queue,
    payload: JSON.parse(values.payload),
  };
  return await runChecks([...ENVELOPE, ...CLAIMS, ...SETTLES], bridge, say);
}

try {
  process.exit((await main(process.argv.slice(2))) ? 0 : 1);
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
