import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { abortable } from '../../tools/abortable.ts';
import { openImage } from '../../tools/images.ts';
import { createTurns } from '../../tools/turns.ts';
import { imageFault } from './image-fault.ts';
import { openSource, type ImageFacts, type ImageSource } from './image-source.ts';
import type { ProcessorInput } from './processor-input.ts';

/** A square that the picture is fitted into, by the name that its storage key carries. */
export type ThumbnailSize = { readonly name: string; readonly box: number };

export type Thumbnail = {
  readonly size: string;
  readonly width: number;
  readonly height: number;
  readonly byteSize: number;
  readonly path: string;
};

export const THUMBNAIL_SIZES: readonly ThumbnailSize[] = [
  { name: 'small', box: 150 },
  { name: 'medium', box: 300 },
  { name: 'large', box: 600 },
];

const WHITE = '#ffffff';
const JPEG_QUALITY = 85;
/** Some formats keep all of a picture in memory (a GIF 5 bytes a pixel), so large ones are decoded one at a time. */
const LARGE_PIXELS = 20_000_000;
const largePictures = createTurns();

type Pixels = { readonly data: Buffer; readonly width: number; readonly height: number; readonly channels: 1 | 3 };

/**
 * Writes a JPEG for each size into the workdir: fitted inside the box, never enlarged, upright, without metadata,
 * transparency on white, of an animation the first frame. In the order that the sizes were given.
 */
export async function createThumbnails(
  input: ProcessorInput,
  sizes: readonly ThumbnailSize[] = THUMBNAIL_SIZES,
): Promise<{ source: ImageFacts; thumbnails: Thumbnail[] }> {
  const source = await openSource(input);
  const { width, height } = source.facts;
  const make = () => resizeChain(input, source, sizes);
  const thumbnails = await (width * height > LARGE_PIXELS ? largePictures.take(input.signal, make) : make());
  return { source: source.facts, thumbnails };
}

async function resizeChain(
  input: ProcessorInput,
  { facts, content, decodable }: ImageSource,
  sizes: readonly ThumbnailSize[],
): Promise<Thumbnail[]> {
  const made = new Map<string, Thumbnail>();
  try {
    const path = await decodable();
    let pixels: Pixels | undefined;
    // The file is decoded once, into the largest size; each further size is made of the one before it. The dimensions
    // come from the original each time, so that no rounding adds up.
    for (const { name, box } of sizes.toSorted((a, b) => b.box - a.box)) {
      const target = fitInside(facts, box);
      pixels = await abortable(pixels === undefined ? firstStep(path, target) : nextStep(pixels, target), input.signal);
      const jpeg = await abortable(encode(pixels), input.signal);
      const file = join(input.workdir, `thumbnail-${name}.jpg`);
      await writeFile(file, jpeg);
      made.set(name, { size: name, ...target, byteSize: jpeg.length, path: file });
    }
  } catch (error) {
    throw await imageFault(error, input, content);
  }
  return sizes.flatMap(({ name }) => made.get(name) ?? []);
}

type Box = { readonly width: number; readonly height: number };

function fitInside({ width, height }: Box, box: number): Box {
  const scale = Math.min(1, box / width, box / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function firstStep(path: string, target: Box): Promise<Pixels> {
  const image = openImage(path).flatten({ background: WHITE }).toColourspace('srgb');
  return toPixels(
    await image
      .resize({ ...target, fit: 'fill' })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
}

async function nextStep(pixels: Pixels, target: Box): Promise<Pixels> {
  if (pixels.width === target.width && pixels.height === target.height) return pixels;
  const image = openImage(pixels.data, pixels).resize({ ...target, fit: 'fill' });
  return toPixels(await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
}

function toPixels({ data, info }: { data: Buffer; info: { width: number; height: number; channels: number } }): Pixels {
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}

function encode(pixels: Pixels): Promise<Buffer> {
  return openImage(pixels.data, pixels).jpeg({ quality: JPEG_QUALITY }).toBuffer();
}
