import { z } from 'zod';
import { parseEnv } from '../src/process/env.ts';

const schema = z.object({
  WORKER_SERVICE_TOKEN: z.string().min(32).optional().describe('the secret of the bridge that is tested'),
  PATH: z.string().default('/usr/bin:/bin'),
  HOME: z.string().default('/'),
});

export function readConformanceEnv(): z.infer<typeof schema> {
  return parseEnv(schema, process.env);
}
