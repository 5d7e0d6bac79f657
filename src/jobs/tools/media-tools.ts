import { createExifReader, type ExifReader } from './exiftool.ts';
import { createFfmpeg, type Ffmpeg, type MediaInput } from './ffmpeg.ts';
import { prepareGuard, type Warn } from './guard.ts';
import { findMediaProgram, type MediaProgram, type MediaProgramOptions } from './media-programs.ts';

export type MediaToolsOptions = MediaProgramOptions & {
  /** Told once for each thing that a person should know: a missing protection, a development-only binary. */
  readonly warn: Warn;
};

export type MediaTools = {
  readonly ffmpeg: Ffmpeg;
  readonly exif: ExifReader;
  /** Which ffmpeg and ffprobe are used; throws ToolUnavailable. Found once, looked for again while missing. */
  programs(): Promise<{ readonly ffmpeg: MediaProgram; readonly ffprobe: MediaProgram }>;
  /** Ends what runs on its own (exiftool). Programs of a running job end by that job's signal. */
  close(): Promise<void>;
};

/** The outside programs that file jobs need. Nothing is started or looked for before its first use. */
export function createMediaTools(options: MediaToolsOptions): MediaTools {
  const guard = once(() => prepareGuard(options.warn));
  const find = (role: 'ffmpeg' | 'ffprobe') =>
    once(async () => {
      const program = await findMediaProgram(await guard(), role, options);
      if (program.source === 'npm') {
        options.warn(`${role} ${program.version} comes from an npm package: for development only, install ${role}`);
      }
      return program;
    });
  const programs = { ffmpeg: find('ffmpeg'), ffprobe: find('ffprobe') };
  const ffmpeg = once(async () =>
    createFfmpeg({ guard: await guard(), programOf: async (role) => (await programs[role]()).path }),
  );
  const exif = once(async () => createExifReader({ guard: await guard(), searchPath: options.searchPath }));
  let used = false;

  return {
    ffmpeg: {
      probe: async (input: MediaInput) => (await ffmpeg()).probe(input),
      extractFrame: async (input, frame) => (await ffmpeg()).extractFrame(input, frame),
      decodesSound: async (input, streamIndex) => (await ffmpeg()).decodesSound(input, streamIndex),
      bmpToTiff: async (input, output) => (await ffmpeg()).bmpToTiff(input, output),
    },
    exif: {
      async read(path, tags, signal) {
        used = true;
        return (await exif()).read(path, tags, signal);
      },
      close: async () => close(),
    },
    programs: async () => ({ ffmpeg: await programs.ffmpeg(), ffprobe: await programs.ffprobe() }),
    close,
  };

  async function close(): Promise<void> {
    if (!used) return;
    // What could not be started needs no end.
    await (await exif().catch(() => undefined))?.close();
  }
}

/** Runs an action at the first call and keeps its result; a failure is not kept, so that the next call tries again. */
function once<T>(action: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= action().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}
