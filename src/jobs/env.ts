import { z } from 'zod';
import { parseEnv } from '../process/env.ts';

const schema = z
  .object({
    /** The ffmpeg to use; looked for in PATH when unset. */
    FFMPEG_PATH: z.string().optional(),
    /** The ffprobe to use; looked for in PATH when unset. */
    FFPROBE_PATH: z.string().optional(),
    /** Where programs are looked for. */
    PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  })
  .transform((env) => ({ ffmpegPath: env.FFMPEG_PATH, ffprobePath: env.FFPROBE_PATH, searchPath: env.PATH }));

export type JobsEnv = Readonly<z.infer<typeof schema>>;

/** What the jobs need of the environment. */
export function readJobsEnv(source: Readonly<Record<string, string | undefined>> = process.env): JobsEnv {
  return Object.freeze(parseEnv(schema, source));
}
