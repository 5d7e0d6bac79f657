import { parseArgs } from 'node:util';
import { enqueueJob } from '../contract/routes/jobs.ts';
import { createBridgeClient } from '../process/bridge-client.ts';
import { createTokenSource } from '../process/service-token.ts';
import { VERSION } from '../process/version.ts';
import type { CliEnv } from './env.ts';
import { UsageFault } from './usage-fault.ts';

export const ENQUEUE_USAGE =
  'enqueue NAME \'{"payload": …}\' [--queue Q] [--delay SECONDS] [--priority N] [--max-attempts N] [--key IDEMPOTENCY-KEY]';

/** Enqueues one job through the public API, as a producer, and prints what the API answered. */
export async function enqueue(args: string[], env: CliEnv, print: (line: string) => void): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      queue: { type: 'string' },
      delay: { type: 'string' },
      priority: { type: 'string' },
      'max-attempts': { type: 'string' },
      key: { type: 'string' },
    },
  });
  const [name, payload = '{}', ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new UsageFault(`expected: ${ENQUEUE_USAGE}`);
  const body = {
    name,
    payload: parsePayload(payload),
    ...(values.queue === undefined ? {} : { queue: values.queue }),
    ...numberOption('delaySeconds', 'delay', values.delay),
    ...numberOption('priority', 'priority', values.priority),
    ...numberOption('maxAttempts', 'max-attempts', values['max-attempts']),
  };
  const client = createBridgeClient({
    baseUrl: env.apiUrl,
    token: createTokenSource(env.tokenKey, { type: 'producer', sub: 'cli' }),
    userAgent: `powernode-cli/${VERSION}`,
  });
  try {
    const headers = values.key === undefined ? {} : { 'idempotency-key': values.key };
    const { data } = await client.call(enqueueJob, { body, headers });
    print(JSON.stringify(data, null, 2));
  } finally {
    await client.close();
  }
}

function parsePayload(text: string): unknown {
  try {
    const payload: unknown = JSON.parse(text);
    return payload;
  } catch {
    throw new UsageFault(`expected the payload as JSON, got ${text.slice(0, 80)}\nexpected: ${ENQUEUE_USAGE}`);
  }
}

function numberOption(field: string, option: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UsageFault(`--${option}: expected a number, got ${text}`);
  return { [field]: value };
}
