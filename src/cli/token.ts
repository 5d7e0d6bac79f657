import { parseArgs } from 'node:util';
import { z } from 'zod';
import { queueName, workerId } from '../contract/fields.ts';
import { role } from '../contract/operator.ts';
import { mintServiceToken } from '../process/service-token.ts';
import type { CliEnv } from './env.ts';
import { UsageFault } from './usage-fault.ts';

export const TOKEN_USAGE =
  'token --type worker|producer|operator|scraper --sub NAME [--queues a,b] [--role viewer|operator|admin]';

const request = z.object({
  type: z.enum(['worker', 'producer', 'operator', 'scraper']),
  sub: workerId,
  queues: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(queueName).min(1))
    .optional(),
  role: role.optional(),
});

/** Prints one token, which lives for five minutes: for trying the bridge out by hand. */
export async function printToken(args: string[], env: CliEnv, print: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      type: { type: 'string' },
      sub: { type: 'string' },
      queues: { type: 'string' },
      role: { type: 'string' },
    },
  });
  const parsed = request.safeParse(values);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`);
    throw new UsageFault(`${faults.join('\n')}\nexpected: ${TOKEN_USAGE}`);
  }
  const { type, sub, queues, role: operatorRole } = parsed.data;
  print(
    await mintServiceToken(env.tokenKey, {
      type,
      sub,
      ...(queues === undefined ? {} : { queues }),
      ...(operatorRole === undefined ? {} : { role: operatorRole }),
    }),
  );
}
