import ffmpeg from 'fluent-ffmpeg';
import type { Guard } from './guard.ts';
import { fileInput } from './guarded-run.ts';

/** What an ffmpeg run adds to the guarded input: where to read, what to make of it. */
export type Conversion = {
  readonly input: string;
  readonly output: string;
  readonly seekSeconds: number;
  readonly outputOptions: readonly string[];
};

/** fluent-ffmpeg keeps its two paths for the whole process; the guard script stands for both programs. */
export function pointFluentAt(guard: Guard): void {
  ffmpeg.setFfmpegPath(guard.media);
  ffmpeg.setFfprobePath(guard.media);
}

/**
 * ffprobe by fluent-ffmpeg, as JSON into the run's report: its own reading of the plain format would let a tag with
 * a line break in it forge any other field.
 */
export function fluentProbe(input: string, guardOption: string): Promise<void> {
  return new Promise((resolve, reject) => {
    ffmpeg.ffprobe(fileInput(input), [guardOption, '-print_format', 'json'], (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(asError(error));
    });
  });
}

/** ffmpeg by fluent-ffmpeg, from one file into one file. */
export function fluentConvert(conversion: Conversion, guardOption: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const command = ffmpeg(fileInput(conversion.input), { stdoutLines: 20 });
    // Two arguments and more are taken as they are; a single one would be split at its blank.
    command.inputOptions(guardOption, '-ss', String(conversion.seekSeconds));
    command.outputOptions('-map_metadata', '-1', ...conversion.outputOptions, '-y');
    command
      .output(fileInput(conversion.output))
      .once('end', () => resolve())
      .once('error', (error: unknown) => reject(asError(error)))
      .run();
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
