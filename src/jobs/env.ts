import { z } from 'zod';
import { parseEnv } from '../process/env.ts';
import { outboundAllowList } from '../process/outbound/allow-list.ts';

/** Every variable that the jobs read. docs/operations.md and .env.example repeat the list. */
export const jobsVariables = z.object({
  /** The ffmpeg to use; looked for in PATH when unset. */
  FFMPEG_PATH: z.string().optional(),
  /** The ffprobe to use; looked for in PATH when unset. */
  FFPROBE_PATH: z.string().optional(),
  /** The backend application that API-call jobs trigger, up to and without /api/v1; BACKEND_API_URL when unset. */
  PLATFORM_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the API is; the runtime reads it too. */
  BACKEND_API_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  /** Seconds that one call to the backend may take, its repeats included. */
  API_TIMEOUT: z.coerce.number().min(0.1).max(3600).default(120),
  /** How often a call to the backend is repeated at once where that is safe. */
  MAX_RETRY_ATTEMPTS: z.coerce.number().int().min(0).max(10).default(3),
  /** Hosts and networks that jobs may reach beyond the public internet, parted by commas. */
  OUTBOUND_ALLOW: outboundAllowList.optional(),
  /** Where programs are looked for. */
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});

const schema = jobsVariables.transform((env) => ({
  ffmpegPath: env.FFMPEG_PATH,
  ffprobePath: env.FFPROBE_PATH,
  platformUrl: (env.PLATFORM_API_URL ?? env.BACKEND_API_URL).replace(/\/+$/, '').replace(/\/api\/v1$/, ''),
  apiTimeoutMs: env.API_TIMEOUT * 1000,
  outboundAllow: env.OUTBOUND_ALLOW,
  mostRepeats: env.MAX_RETRY_ATTEMPTS,
  searchPath: env.PATH,
}));

export type JobsEnv = Readonly<z.infer<typeof schema>>;

/** What the jobs need of the environment. */
export function readJobsEnv(source: Readonly<Record<string, string | undefined>> = process.env): JobsEnv {
  return Object.freeze(parseEnv(schema, source));
}
