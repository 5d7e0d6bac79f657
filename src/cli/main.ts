import { BridgeCallError } from '../process/bridge-error.ts';
import { EnvFault } from '../process/env.ts';
import { EXIT } from '../process/exit-codes.ts';
import { enqueue, ENQUEUE_USAGE } from './enqueue.ts';
import { readCliEnv } from './env.ts';
import { JWKS_USAGE, printJwks } from './jwks.ts';
import { newJob, NEW_JOB_USAGE } from './new-job.ts';
import { printToken, TOKEN_USAGE } from './token.ts';
import { UsageFault } from './usage-fault.ts';

// The commands that speak to the API as any client does. `migrate`, `doctor` and `audit` are the API's own (src/api-bridge/cli).

const USAGE = [TOKEN_USAGE, ENQUEUE_USAGE, JWKS_USAGE, NEW_JOB_USAGE, 'config', 'migrate', 'doctor', 'audit verify']
  .map((line) => `  ${line}`)
  .join('\n');

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function run([command, ...args]: string[]): Promise<void> {
  switch (command) {
    case 'token':
      return printToken(args, readCliEnv(), print);
    case 'jwks':
      printJwks(args, print);
      return;
    case 'enqueue':
      return enqueue(args, readCliEnv(), print);
    case 'new-job':
      return newJob(args, print);
    case '--help':
    case 'help':
      print(USAGE);
      return;
    default:
      throw new UsageFault(`expected a command, got ${command ?? 'nothing'}:\n${USAGE}`);
  }
}

/** A person's mistake, or an answer of the API, is told in words; a defect keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof BridgeCallError) {
    if (error.outcomeUnknown)
      return `No API answered (${error.message}): is it running, and is BACKEND_API_URL its address?`;
    return [
      `${error.message} (${error.code})`,
      ...error.errors.map(({ path, message }) => `  ${path}: ${message}`),
    ].join('\n');
  }
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (error instanceof UsageFault || error instanceof EnvFault || isUsage) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = EXIT.failed;
}
