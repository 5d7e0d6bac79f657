import { stat } from 'node:fs/promises';
import { BadInput, ToolUnavailable } from '../../errors.ts';
import { identify } from '../../tools/agreement.ts';
import { processAudio } from './audio.ts';
import { readDocument } from './document.ts';
import { EXIF_TAGS, exifData } from './exif-data.ts';
import { openSource } from './image-source.ts';
import type { ProcessorInput } from './processor-input.ts';
import { readVideo } from './video.ts';

export type MetadataResult = {
  readonly exif_data: Readonly<Record<string, unknown>>;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly additional: Readonly<Record<string, unknown>>;
  /** What could not be read although the file is fine. */
  readonly warnings: readonly string[];
};

const NOTHING: MetadataResult = { exif_data: {}, dimensions: {}, additional: {}, warnings: [] };

/** Reads what a file of any kind says of itself. Throws BadInput for a false extension and for damaged content. */
export async function extractMetadata(input: ProcessorInput): Promise<MetadataResult> {
  const found = await identify(input.path, input.declared);
  if (found.known === 'svg') {
    throw new BadInput('unsupported_input', 'SVG drawings are not opened here, because they can read other files.');
  }
  if (found.known !== 'processed') return otherMetadata(input);
  const { facts } = found;
  if (facts.kinds.includes('image')) return imageMetadata(input);
  if (facts.kinds.includes('document')) return documentMetadata(input, facts);
  if (facts.kinds.includes('video')) return filmMetadata(input);
  return soundMetadata(input);
}

async function imageMetadata(input: ProcessorInput): Promise<MetadataResult> {
  const { facts } = await openSource(input);
  const dimensions = { ...facts };
  try {
    const tags = await input.tools.exif.read(input.path, EXIF_TAGS, input.signal);
    return { ...NOTHING, dimensions, exif_data: exifData(tags) };
  } catch (error) {
    return { ...NOTHING, dimensions, warnings: [warningOf(error, input)] };
  }
}

async function documentMetadata(
  input: ProcessorInput,
  facts: Parameters<typeof readDocument>[1],
): Promise<MetadataResult> {
  try {
    return { ...NOTHING, additional: await readDocument(input, facts) };
  } catch (error) {
    return { ...NOTHING, additional: { format: facts.format }, warnings: [warningOf(error, input)] };
  }
}

/** A container that may hold a film holds only sound when it has no moving picture. */
async function filmMetadata(input: ProcessorInput): Promise<MetadataResult> {
  try {
    const { dimensions, additional } = await readVideo(input);
    return { ...NOTHING, dimensions, additional };
  } catch (error) {
    if (error instanceof BadInput && error.code === 'wrong_content_type') return soundMetadata(input);
    throw error;
  }
}

async function soundMetadata(input: ProcessorInput): Promise<MetadataResult> {
  const { dimensions, tags, format } = await processAudio(input);
  return { ...NOTHING, dimensions, additional: { ...tags, format } };
}

async function otherMetadata(input: ProcessorInput): Promise<MetadataResult> {
  const { mtime, atime } = await stat(input.path);
  return { ...NOTHING, additional: { modified_at: mtime.toISOString(), accessed_at: atime.toISOString() } };
}

/** A reader that gave up costs only its own fields; a missing program, a damaged file and an abort end the job. */
function warningOf(error: unknown, input: ProcessorInput): string {
  input.signal.throwIfAborted();
  if (error instanceof ToolUnavailable || error instanceof BadInput || !(error instanceof Error)) throw error;
  return error.message;
}
