import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput, ToolUnavailable } from '../../errors.ts';
import type { ContentFacts } from '../../tools/content-kinds.ts';
import { MAX_VIDEO_PIXELS } from '../../tools/ffmpeg.ts';
import type { ProbeReport, ProbeStream } from '../../tools/probe-report.ts';
import { audioStream, durationOf, shownRatio, videoDimensions, videoStream } from './media-facts.ts';
import { present } from './plain-text.ts';
import { mediaInput, requireKind, type ProcessorInput } from './processor-input.ts';

export type Poster = {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly byteSize: number;
  readonly atSeconds: number;
};

export type VideoResult = {
  readonly dimensions: ReturnType<typeof videoDimensions>;
  readonly additional: { readonly audio_codec?: string; readonly audio_channels?: number; readonly format: string };
  readonly poster?: Poster;
  /** Why there is no poster, when the film itself is fine. */
  readonly posterFailure?: string;
};

const POSTER_SECONDS = 2;
const POSTER_WIDTH = 600;
/** A film that is one pixel wide and thousands high would otherwise become a picture that no viewer opens. */
const POSTER_MAX_HEIGHT = 2400;

/** What a film is, from its header. Throws BadInput when the content is no film, or one with too large a picture. */
export async function readVideo(input: ProcessorInput) {
  const content = await requireKind(input, 'video', 'A film was expected');
  const report = await input.tools.ffmpeg.probe(mediaInput(input, content));
  const stream = videoStream(report);
  if (stream === undefined) {
    if (report.pixelsRefused) throw tooLarge(content);
    throw new BadInput('wrong_content_type', `The ${content.label} holds no moving picture.`);
  }
  const dimensions = videoDimensions(report, stream);
  if (dimensions.width * dimensions.height > MAX_VIDEO_PIXELS) throw tooLarge(content);
  const sound = audioStream(report);
  const known = present({ audio_codec: sound?.codec_name, audio_channels: sound?.channels });
  return { content, report, stream, dimensions, additional: { ...known, format: content.format } };
}

/**
 * What a film is, and its poster: the frame at 2 s, or the first one when it is shorter. A film of which no frame can
 * be decoded is damaged; a poster that fails for any other reason costs only the poster.
 */
export async function processVideo(input: ProcessorInput): Promise<VideoResult> {
  const { content, report, stream, dimensions, additional } = await readVideo(input);
  try {
    const poster = await makePoster(input, content, report, stream);
    return { dimensions, additional, poster };
  } catch (error) {
    input.signal.throwIfAborted();
    const fatal = error instanceof ToolUnavailable || (error instanceof BadInput && error.code === 'damaged_input');
    if (fatal || !(error instanceof Error)) throw error;
    return { dimensions, additional, posterFailure: error.message };
  }
}

async function makePoster(
  input: ProcessorInput,
  content: ContentFacts,
  report: ProbeReport,
  stream: ProbeStream,
): Promise<Poster> {
  const output = join(input.workdir, 'poster.jpg');
  const size = posterSize(shownRatio(stream));
  const frame = { streamIndex: stream.index, ...size, output };
  const duration = durationOf(report, stream);
  const first = duration !== undefined && duration <= POSTER_SECONDS ? 0 : POSTER_SECONDS;
  for (const atSeconds of new Set([first, 0])) {
    if (await extract(atSeconds)) {
      return { path: output, ...size, byteSize: (await stat(output)).size, atSeconds };
    }
  }
  throw new BadInput('damaged_input', `The ${content.label} is damaged: no frame of it can be decoded.`);

  /** A fault on the way to 2 s is not yet one of the first frame. */
  async function extract(atSeconds: number): Promise<boolean> {
    try {
      return await input.tools.ffmpeg.extractFrame(mediaInput(input, content), { ...frame, atSeconds });
    } catch (error) {
      if (error instanceof BadInput && error.code === 'damaged_input') return false;
      throw error;
    }
  }
}

function tooLarge(content: ContentFacts): BadInput {
  const limit = MAX_VIDEO_PIXELS / 1_000_000;
  return new BadInput('too_large', `The ${content.label} has more than the ${limit} megapixels that are allowed.`);
}

function posterSize(ratio: number): { width: number; height: number } {
  const height = Math.max(2, Math.round(POSTER_WIDTH / ratio));
  if (height <= POSTER_MAX_HEIGHT) return { width: POSTER_WIDTH, height };
  return { width: Math.max(2, Math.round(POSTER_MAX_HEIGHT * ratio)), height: POSTER_MAX_HEIGHT };
}
