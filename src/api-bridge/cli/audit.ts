import { parseArgs } from 'node:util';
import { createLogger } from '../../process/logger.ts';
import { createSealKey, readAnchor, writeAnchor } from '../audit/seal-key.ts';
import { verifyChain } from '../audit/verify-chain.ts';
import type { CommandEnv } from './env.ts';
import { withDatabase } from './with-database.ts';

const USAGE = 'audit verify [--anchor NUMBER:HASH]';

/**
 * Walks the audit chain and names the first entry at which it does not hold. An anchor, which this command prints and the
 * API logs whenever it signs, proves that entries up to it are still there and the same.
 */
export async function auditCommand(
  env: CommandEnv,
  print: (line: string) => void,
  args: readonly string[],
): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { anchor: { type: 'string' } },
    allowPositionals: true,
  });
  const anchor = values.anchor === undefined ? undefined : readAnchor(values.anchor);
  const isAsked = positionals.length === 1 && positionals[0] === 'verify';
  if (!isAsked || (values.anchor !== undefined && anchor === undefined)) {
    print(`expected: ${USAGE}`);
    return false;
  }
  const secret = env.api.WORKER_SERVICE_TOKEN;
  const previous = env.api.WORKER_SERVICE_TOKEN_PREVIOUS;
  const log = createLogger({ name: 'cli', level: 'error' });
  return await withDatabase(env.api, log, async ({ pool }) => {
    if (secret === undefined) print('WORKER_SERVICE_TOKEN is not set: signatures of the API cannot be checked');
    const seal = createSealKey({ current: secret ?? '', ...(previous === undefined ? {} : { previous }) });
    const { rows, head, sealed, sealedAt, broken } = await verifyChain(pool, {
      seal: secret === undefined ? { ...seal, holds: () => true } : seal,
      anchor,
      progress: (done) => {
        if (done > 0 && done % 100_000 === 0) print(`${done} entries so far`);
      },
    });
    if (broken !== undefined) {
      print(`BROKEN at #${broken.id}: ${broken.why}. The ${rows} entries before it are whole.`);
      return false;
    }
    print(`whole: ${rows} entries`);
    if (sealed !== undefined) print(`signed by the API up to #${sealed.id}, ${sealedAt?.toISOString() ?? ''}`);
    if (head !== undefined) print(`anchor: ${writeAnchor(head)}`);
    return true;
  });
}
