import { join } from 'node:path';
import type { Metadata } from 'sharp';
import { abortable } from '../../tools/abortable.ts';
import type { ContentFacts } from '../../tools/content-kinds.ts';
import { MAX_IMAGE_PIXELS } from '../../tools/ffmpeg.ts';
import { openImage } from '../../tools/images.ts';
import { readBmpHeader } from './bmp-header.ts';
import { imageFault, tooManyPixels } from './image-fault.ts';
import { mediaInput, requireKind, type ProcessorInput } from './processor-input.ts';

/** An image as it is shown: turned upright. */
export type ImageFacts = { readonly width: number; readonly height: number; readonly format: string };

/** A checked image: its facts, from the header alone, and the way to the file that sharp can decode. */
export type ImageSource = {
  readonly facts: ImageFacts;
  readonly content: ContentFacts;
  /** The input itself, or what ffmpeg made of a BMP, which sharp does not read. */
  decodable(): Promise<string>;
};

/** Throws BadInput for anything that is no image of the supported kinds, is damaged in its header, or is too big. */
export async function openSource(input: ProcessorInput): Promise<ImageSource> {
  const content = await requireKind(
    input,
    'image',
    'Images are read as JPEG, PNG, GIF, WebP, BMP and TIFF (SVG, HEIC and AVIF are refused)',
  );
  if (content.format === 'bmp') return bmpSource(input, content);
  const { autoOrient } = await readHeader(input, content);
  const { width, height } = autoOrient;
  if (width * height > MAX_IMAGE_PIXELS) throw tooManyPixels(content.label);
  return { facts: { width, height, format: content.format }, content, decodable: async () => input.path };
}

async function readHeader(input: ProcessorInput, content: ContentFacts): Promise<Metadata> {
  try {
    return await abortable(openImage(input.path).metadata(), input.signal);
  } catch (error) {
    throw await imageFault(error, input, content);
  }
}

async function bmpSource(input: ProcessorInput, content: ContentFacts): Promise<ImageSource> {
  const { width, height } = await readBmpHeader(input.path);
  return {
    facts: { width, height, format: 'bmp' },
    content,
    async decodable() {
      const output = join(input.workdir, 'bitmap.tiff');
      await input.tools.ffmpeg.bmpToTiff(mediaInput(input, content), output);
      return output;
    },
  };
}
