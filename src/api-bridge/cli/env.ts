import { z } from 'zod';
import { parseEnv } from '../../process/env.ts';
import { readApiEnv, type ApiEnv } from '../env.ts';

const schema = z.object({
  BACKEND_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEB_PORT: z.coerce.number().int().min(1).max(65_535).default(4567),
  FFMPEG_PATH: z.string().default('ffmpeg'),
  FFPROBE_PATH: z.string().default('ffprobe'),
});

export type CommandEnv = { api: ApiEnv; apiUrl: string | undefined; webPort: number; ffmpeg: string; ffprobe: string };

/** The API's own environment and what the doctor looks at beside it; throws EnvFault with every fault at once. */
export function readCommandEnv(source: Readonly<Record<string, string | undefined>> = process.env): CommandEnv {
  const own = parseEnv(schema, source);
  const apiUrl = own.BACKEND_API_URL?.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  return { api: readApiEnv(source), apiUrl, webPort: own.WEB_PORT, ffmpeg: own.FFMPEG_PATH, ffprobe: own.FFPROBE_PATH };
}
