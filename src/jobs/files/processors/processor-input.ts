import { BadInput } from '../../errors.ts';
import { describe, identify, type Declared } from '../../tools/agreement.ts';
import type { ContentFacts, ContentKind } from '../../tools/content-kinds.ts';
import type { MediaInput } from '../../tools/ffmpeg.ts';
import type { MediaTools } from '../../tools/media-tools.ts';

/** One file to work on. Nothing here knows of jobs, the API or storage. */
export type ProcessorInput = {
  /** A plain file, by its absolute path. */
  readonly path: string;
  readonly declared: Declared;
  /** Where outputs and intermediate files go; the caller removes it. */
  readonly workdir: string;
  readonly signal: AbortSignal;
  readonly tools: MediaTools;
};

/** The content of a file that must be of one kind. Throws BadInput that says what it is instead. */
export async function requireKind(input: ProcessorInput, kind: ContentKind, needed: string): Promise<ContentFacts> {
  const found = await identify(input.path, input.declared);
  if (found.known === 'processed' && found.facts.kinds.includes(kind)) return found.facts;
  throw new BadInput('unsupported_input', `${needed}; the content is ${describe(found)}.`);
}

/** The input as ffmpeg and ffprobe take it. */
export function mediaInput(input: ProcessorInput, facts: ContentFacts): MediaInput {
  const { path, workdir: scratch, signal } = input;
  return { path, scratch, signal, formats: facts.demuxers, label: facts.label };
}
