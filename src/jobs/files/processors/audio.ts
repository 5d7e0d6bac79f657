import { BadInput, JobError, ToolUnavailable } from '../../errors.ts';
import type { ContentFacts } from '../../tools/content-kinds.ts';
import type { ProbeReport, ProbeStream } from '../../tools/probe-report.ts';
import { audioDimensions, audioStream, videoStream } from './media-facts.ts';
import { plainText, present } from './plain-text.ts';
import { mediaInput, requireKind, type ProcessorInput } from './processor-input.ts';

export type AudioResult = {
  readonly dimensions: ReturnType<typeof audioDimensions>;
  readonly tags: ReturnType<typeof audioTags>;
  readonly format: string;
};

/**
 * What a sound file is and says of itself. Throws BadInput when it holds no sound, is a film under a sound's name, or
 * has a header without a sound behind it that can be decoded.
 */
export async function processAudio(input: ProcessorInput): Promise<AudioResult> {
  const content = await requireKind(input, 'audio', 'A sound file was expected');
  const report = await input.tools.ffmpeg.probe(mediaInput(input, content));
  const stream = audioStream(report);
  if (stream === undefined) {
    throw new BadInput('wrong_content_type', `The ${content.label} holds no sound.`);
  }
  if (videoStream(report) !== undefined) {
    throw new BadInput('wrong_content_type', `A sound file was expected, but the ${content.label} holds a film.`);
  }
  await checkDecodes(input, content, stream);
  return { dimensions: audioDimensions(report, stream), tags: audioTags(report, stream), format: content.format };
}

/** A codec that is not known here, or no time to look, says nothing against the file. */
async function checkDecodes(input: ProcessorInput, content: ContentFacts, stream: ProbeStream): Promise<void> {
  try {
    if (await input.tools.ffmpeg.decodesSound(mediaInput(input, content), stream.index)) return;
  } catch (error) {
    input.signal.throwIfAborted();
    const fatal = error instanceof ToolUnavailable || (error instanceof BadInput && error.code === 'damaged_input');
    if (!fatal && error instanceof JobError) return;
    throw error;
  }
  throw new BadInput('damaged_input', `The ${content.label} is damaged: no sound in it can be decoded.`);
}

/** Names of tags differ in case, and Ogg keeps them with the stream instead of the file. */
function audioTags(report: ProbeReport, stream: ProbeStream) {
  const tags = new Map(
    [...Object.entries(stream.tags), ...Object.entries(report.format.tags)].map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  return present({
    title: plainText(tags.get('title')),
    artist: plainText(tags.get('artist')),
    album: plainText(tags.get('album')),
    genre: plainText(tags.get('genre')),
    year: plainText(tags.get('date') ?? tags.get('year')),
    track: plainText(tags.get('track')),
  });
}
