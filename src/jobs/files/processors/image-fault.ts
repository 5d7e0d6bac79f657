import { open } from 'node:fs/promises';
import { BadInput, JobError } from '../../errors.ts';
import type { ContentFacts } from '../../tools/content-kinds.ts';
import { timedOut } from '../../tools/deadline.ts';
import { MAX_IMAGE_PIXELS } from '../../tools/ffmpeg.ts';
import { IMAGE_DEADLINE_SECONDS } from '../../tools/images.ts';
import type { ProcessorInput } from './processor-input.ts';

/**
 * What an error of the image decoder means for the person who sent the file. An abort, and a fault of this machine (a
 * full disk, a folder that is gone), come back as they are.
 */
export async function imageFault(error: unknown, input: ProcessorInput, facts: ContentFacts): Promise<unknown> {
  if (input.signal.aborted) return input.signal.reason;
  if (error instanceof JobError || !(error instanceof Error) || 'syscall' in error) return error;
  const said = error.message;
  if (/pixel limit|dimensions exceed|too large/i.test(said)) return tooManyPixels(facts.label, error);
  if (/timeout/i.test(said)) return timedOut('The image decoder', IMAGE_DEADLINE_SECONDS * 1000);
  if (/no space left|missing|out of memory/i.test(said)) return error;
  if (/premature end|unexpected end/i.test(said) || (await endsEarly(input.path, facts.format))) {
    return new BadInput('damaged_input', `The ${facts.label} ends in the middle of its image data.`, error);
  }
  return new BadInput('damaged_input', `The ${facts.label} is damaged: its image data cannot be decoded.`, error);
}

export function tooManyPixels(label: string, cause?: unknown): BadInput {
  const limit = MAX_IMAGE_PIXELS / 1_000_000;
  return new BadInput('too_large', `The ${label} has more than the ${limit} megapixels that are allowed.`, cause);
}

/** Whether the mark that ends a file of this format is missing, or the size that it says of itself is not there. */
async function endsEarly(path: string, format: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(8);
    const tail = Buffer.alloc(Math.min(size, 64));
    await file.read(head, 0, head.length, 0);
    await file.read(tail, 0, tail.length, size - tail.length);
    switch (format) {
      case 'png':
        return !tail.includes('IEND');
      case 'webp':
        return head.readUInt32LE(4) + 8 > size;
      case 'tiff':
        return (head[0] === 0x49 ? head.readUInt32LE(4) : head.readUInt32BE(4)) >= size;
      default:
        return false;
    }
  } finally {
    await file.close();
  }
}
