import sharp, { type Sharp, type SharpInput } from 'sharp';
import { MAX_IMAGE_PIXELS } from './ffmpeg.ts';

export const IMAGE_DEADLINE_SECONDS = 60;
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff'].map((name) => `VipsForeignLoad${name}`);

let prepared = false;

/**
 * Opens an image for sharp: only the five formats that are safe and affordable at 100 megapixels (AVIF needs 1.8 GB
 * there, SVG reads other files), no cache, one thread each, upright by its EXIF orientation, its first frame only.
 */
export function openImage(input: SharpInput, raw?: { width: number; height: number; channels: 1 | 2 | 3 | 4 }): Sharp {
  prepare();
  return sharp(input, {
    limitInputPixels: MAX_IMAGE_PIXELS,
    sequentialRead: true,
    // Cameras write images with harmless warnings; data that ends early or contradicts itself is refused.
    failOn: 'error',
    autoOrient: true,
    ...(raw === undefined ? {} : { raw }),
  }).timeout({ seconds: IMAGE_DEADLINE_SECONDS });
}

/** The settings belong to the whole process, so they are made before the first image and not at import. */
function prepare(): void {
  if (prepared) return;
  prepared = true;
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
}
