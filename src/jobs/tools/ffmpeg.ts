import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ffmpegFault, PIXELS_REFUSED } from './ffmpeg-fault.ts';
import { fluentConvert, fluentProbe, pointFluentAt, type Conversion } from './fluent.ts';
import type { Guard } from './guard.ts';
import { guardedRun, type GuardedRun } from './guarded-run.ts';
import { checkInputFile } from './input-file.ts';
import { probeReport, type ProbeReport } from './probe-report.ts';
import { DECODE_LIMITS, PROBE_LIMITS } from './resource-limits.ts';

/** One use of ffmpeg on one file. */
export type MediaInput = {
  readonly path: string;
  /** Demuxers that may open it, from what its content was found to be. */
  readonly formats: readonly string[];
  /** What a person calls it, for messages: "MP4 video". */
  readonly label: string;
  /** A folder for what lives only while the program runs. */
  readonly scratch: string;
  readonly signal: AbortSignal;
};

export type Frame = {
  readonly streamIndex: number;
  readonly atSeconds: number;
  readonly width: number;
  readonly height: number;
  readonly output: string;
};

/** A picture that was too large to look at has no size in the report, and `pixelsRefused` says why. */
export type Probed = ProbeReport & { readonly pixelsRefused: boolean };

export type Ffmpeg = {
  /** Reads the header. Throws BadInput, ToolUnavailable, or a JobError that may be retried. */
  probe(input: MediaInput): Promise<Probed>;
  /** Writes one frame as JPEG; false when there is no frame at that time. */
  extractFrame(input: MediaInput, frame: Frame): Promise<boolean>;
  /** Whether the first second of a sound can be decoded. */
  decodesSound(input: MediaInput, streamIndex: number): Promise<boolean>;
  /** Decodes a BMP into an uncompressed TIFF, pixel for pixel. */
  bmpToTiff(input: MediaInput, output: string): Promise<void>;
};

export type FfmpegDeps = {
  readonly guard: Guard;
  /** Asked at each use, so that one missing program does not stop the other. */
  readonly programOf: (role: 'ffmpeg' | 'ffprobe') => Promise<string>;
};

export const MAX_VIDEO_PIXELS = 50_000_000;
export const MAX_IMAGE_PIXELS = 100_000_000;
const PROBE_DEADLINE_MS = 30_000;
const DECODE_DEADLINE_MS = 60_000;
/** More than any header, less than one frame of sound. */
const WAV_HEADER_BYTES = 128;

/** ffmpeg and ffprobe, by fluent-ffmpeg, behind the guard. */
export function createFfmpeg({ guard, programOf }: FfmpegDeps): Ffmpeg {
  pointFluentAt(guard);

  async function convert(input: MediaInput, run: Pick<GuardedRun, 'maxPixels' | 'demuxer'>, conversion: Conversion) {
    await checkInputFile(input.path);
    const program = await programOf('ffmpeg');
    const { formats, signal, scratch } = input;
    const rest = { formats, signal, scratch, limits: DECODE_LIMITS, deadlineMs: DECODE_DEADLINE_MS };
    return guardedRun(guard, { role: 'ffmpeg', program, ...rest, ...run }, (option) =>
      fluentConvert(conversion, option),
    );
  }

  return {
    async probe({ path, formats, label, scratch, signal }) {
      await checkInputFile(path);
      const program = await programOf('ffprobe');
      const limits = { limits: PROBE_LIMITS, deadlineMs: PROBE_DEADLINE_MS, maxPixels: MAX_VIDEO_PIXELS };
      const result = await guardedRun(
        guard,
        { role: 'ffprobe', program, formats, scratch, signal, ...limits },
        (option) => fluentProbe(path, option),
      );
      if (result.failure !== undefined) throw ffmpegFault(result, label);
      return { ...parseReport(result.report), pixelsRefused: PIXELS_REFUSED.test(result.log) };
    },

    async extractFrame(input, { streamIndex, atSeconds, width, height, output }) {
      const scale = `scale=${width}:${height}:out_range=full,setsar=1,format=yuvj420p`;
      const picture = ['-map', `0:${streamIndex}`, '-frames:v', '1', '-vf', scale, '-q:v', '2'];
      const outputOptions = [...picture, '-an', '-sn', '-dn', '-flags', '+bitexact', '-update', '1'];
      const conversion = { input: input.path, output, seekSeconds: atSeconds, outputOptions };
      const result = await convert(input, { maxPixels: MAX_VIDEO_PIXELS }, conversion);
      if (result.failure === undefined && (await sizeOf(output)) > 0) return true;
      await rm(output, { force: true });
      if (result.failure === undefined) return false;
      throw ffmpegFault(result, input.label);
    },

    async decodesSound(input, streamIndex) {
      const output = join(input.scratch, 'sound.wav');
      const outputOptions = ['-map', `0:${streamIndex}`, '-t', '1', '-c:a', 'pcm_s16le'];
      const conversion = { input: input.path, output, seekSeconds: 0, outputOptions };
      const result = await convert(input, { maxPixels: MAX_VIDEO_PIXELS }, conversion);
      const heard = (await sizeOf(output)) > WAV_HEADER_BYTES;
      await rm(output, { force: true });
      if (heard || result.failure === undefined) return heard;
      throw ffmpegFault(result, input.label);
    },

    async bmpToTiff(input, output) {
      const outputOptions = ['-frames:v', '1', '-c:v', 'tiff', '-compression_algo', 'raw', '-pix_fmt', 'rgb24'];
      const conversion = {
        input: input.path,
        output,
        seekSeconds: 0,
        outputOptions: [...outputOptions, '-update', '1'],
      };
      const result = await convert(input, { maxPixels: MAX_IMAGE_PIXELS, demuxer: 'bmp_pipe' }, conversion);
      // An exit of 0 with no picture happens, so the file is what counts.
      if (result.failure === undefined && (await sizeOf(output)) > 0) return;
      throw ffmpegFault(result, input.label);
    },
  };
}

function parseReport(json: string): ProbeReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = {};
  }
  return probeReport.parse(parsed);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
