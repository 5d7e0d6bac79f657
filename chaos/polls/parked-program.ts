// Parks so many polls and does nothing more: it is there to be killed with -9.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createTokenSource } from '../../src/process/service-token.ts';
import { readChaosEnv } from '../env.ts';
import { SECRET } from '../stage/replica.ts';
import { openRawPoll } from './raw-poll.ts';

const told = z
  .object({ port: z.number(), workerId: z.string(), queue: z.string(), polls: z.number() })
  .parse(JSON.parse(readChaosEnv().CHAOS_WORKER ?? '{}'));
const token = await createTokenSource(SECRET, { type: 'worker', sub: told.workerId })();
for (let n = 0; n < told.polls; n += 1) await openRawPoll({ ...told, token, claimId: randomUUID() });
process.stdout.write('parked\n');
