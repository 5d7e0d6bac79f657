import { z } from 'zod';
import { parseEnv } from '../src/process/env.ts';

/** What child processes inherit of this one's environment, and nothing else. */
export function inherited(): Record<string, string> {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH: PATH ?? '/usr/bin:/bin',
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}

const schema = z.object({
  CHAOS_WORKER: z.string().optional().describe('what a scripted worker is told, as JSON'),
  CHAOS_SKEW_MS: z.coerce.number().int().default(0).describe('how far the clock of this process is off'),
  CHAOS_BUG: z.string().optional().describe('the seeded bug that this process runs with'),
});

export function readChaosEnv(): z.infer<typeof schema> {
  return parseEnv(schema, process.env);
}
