import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { createThumbnails } from '../../../../src/jobs/files/processors/thumbnails.ts';
import { colourAt, quarters, save } from '../../../support/media/pictures.ts';
import { ffmpeg, inputFor, temporaryFolder } from '../../../support/media/tools.ts';

async function thumbnailsOf(path: string) {
  const input = await inputFor(path);
  const { source, thumbnails } = await createThumbnails(input);
  return { source, thumbnails, workdir: input.workdir };
}

const RED = [255, 0, 0];
const WHITE = [255, 255, 255];
const sizesOf = (thumbnails: { size: string; width: number; height: number }[]) =>
  thumbnails.map(({ size, width, height }) => [size, width, height]);

describe('what comes out', () => {
  test('three JPEGs fit inside their boxes, in the order small, medium, large', async () => {
    const { source, thumbnails } = await thumbnailsOf(await save('a.jpg', await quarters(1200, 800).jpeg().toBuffer()));
    expect(source).toEqual({ width: 1200, height: 800, format: 'jpeg' });
    expect(sizesOf(thumbnails)).toEqual([
      ['small', 150, 100],
      ['medium', 300, 200],
      ['large', 600, 400],
    ]);
    for (const { path, width, height, byteSize } of thumbnails) {
      expect(await sharp(path).metadata()).toMatchObject({ format: 'jpeg', width, height });
      expect((await readFile(path)).length).toBe(byteSize);
      expect(await colourAt(path, 0.25, 0.25)).toEqual(RED);
    }
  });

  test('a small image is never enlarged', async () => {
    const { thumbnails } = await thumbnailsOf(await save('a.png', await quarters(200, 40).png().toBuffer()));
    expect(sizesOf(thumbnails)).toEqual([
      ['small', 150, 30],
      ['medium', 200, 40],
      ['large', 200, 40],
    ]);
  });

  test('a line of pixels keeps at least one', async () => {
    const { thumbnails } = await thumbnailsOf(await save('a.png', await quarters(4000, 2).png().toBuffer()));
    expect(sizesOf(thumbnails)).toEqual([
      ['small', 150, 1],
      ['medium', 300, 1],
      ['large', 600, 1],
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %i ends upright, and the picture says so no more',
    async (orientation) => {
      // What has to be done to an upright picture so that a viewer who obeys this orientation sees it upright again.
      const undo: Record<number, (image: Sharp) => Sharp> = {
        1: (image) => image,
        2: (image) => image.flop(),
        3: (image) => image.rotate(180),
        4: (image) => image.flip(),
        5: (image) => image.rotate(270).flop(),
        6: (image) => image.rotate(270),
        7: (image) => image.rotate(90).flop(),
        8: (image) => image.rotate(90),
      };
      const upright = await quarters(400, 200).png().toBuffer();
      const stored = await undo[orientation]!(sharp(upright)).png().toBuffer();
      const path = await save(
        'a.jpg',
        await sharp(stored).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer(),
      );
      const { source, thumbnails } = await thumbnailsOf(path);
      expect(source).toMatchObject({ width: 400, height: 200 });
      const large = thumbnails.at(-1)!;
      expect([large.width, large.height]).toEqual([400, 200]);
      expect(await colourAt(large.path, 0.25, 0.25)).toEqual(RED);
      expect(await colourAt(large.path, 0.75, 0.25)).toEqual([0, 255, 0]);
      expect(await colourAt(large.path, 0.25, 0.75)).toEqual([0, 0, 255]);
      expect((await sharp(large.path).metadata()).orientation).toBeUndefined();
    },
  );

  test('what the camera wrote, and where, stays out of the thumbnails', async () => {
    const exif = { IFD0: { Copyright: 'Somebody' }, IFD3: { GPSLatitude: '50/1 0/1 0/1', GPSLatitudeRef: 'N' } };
    const path = await save('a.jpg', await quarters(800, 600).withExif(exif).withIccProfile('p3').jpeg().toBuffer());
    expect((await sharp(path).metadata()).exif).toBeDefined();
    for (const thumbnail of (await thumbnailsOf(path)).thumbnails) {
      const { exif: left, icc, xmp } = await sharp(thumbnail.path).metadata();
      expect({ left, icc, xmp }).toEqual({ left: undefined, icc: undefined, xmp: undefined });
    }
  });

  test('what is transparent becomes white and not black', async () => {
    const clear = sharp({
      create: { width: 700, height: 700, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    for (const [name, content] of [
      ['a.png', await clear.clone().png().toBuffer()],
      ['a.webp', await clear.clone().webp().toBuffer()],
      ['grey.png', await clear.clone().toColourspace('b-w').png().toBuffer()],
    ] as const) {
      for (const { path } of (await thumbnailsOf(await save(name, content))).thumbnails) {
        expect(await colourAt(path, 0.5, 0.5)).toEqual(WHITE);
      }
    }
  });

  test('of an animation the first frame is taken', async () => {
    const frames = Buffer.concat([Buffer.alloc(50 * 50 * 3, Buffer.from(RED)), Buffer.alloc(50 * 50 * 3, 0)]);
    const animation = sharp(frames, { raw: { width: 50, height: 100, channels: 3, pageHeight: 50 } });
    for (const [name, content] of [
      ['a.gif', await animation.clone().gif().toBuffer()],
      ['a.webp', await animation.clone().webp().toBuffer()],
    ] as const) {
      const path = await save(name, content);
      expect((await sharp(path).metadata()).pages).toBe(2);
      const { source, thumbnails } = await thumbnailsOf(path);
      expect(source).toMatchObject({ width: 50, height: 50 });
      expect(await colourAt(thumbnails[0]!.path, 0.5, 0.5)).toEqual(RED);
    }
  });

  test.each([
    ['a 16-bit PNG', 'png', (image: Sharp) => image.toColourspace('rgb16').png()],
    ['a grey PNG', 'png', (image: Sharp) => image.toColourspace('b-w').png()],
    ['a palette PNG', 'png', (image: Sharp) => image.png({ palette: true })],
    ['a CMYK JPEG', 'jpg', (image: Sharp) => image.toColourspace('cmyk').jpeg()],
    ['a progressive JPEG', 'jpg', (image: Sharp) => image.jpeg({ progressive: true })],
    ['a TIFF in tiles', 'tiff', (image: Sharp) => image.tiff({ tile: true, compression: 'lzw' })],
    ['a lossless WebP', 'webp', (image: Sharp) => image.webp({ lossless: true })],
  ])('%s is read', async (_what, ending, encode) => {
    const { thumbnails } = await thumbnailsOf(await save(`a.${ending}`, await encode(quarters(700, 700)).toBuffer()));
    expect(sizesOf(thumbnails).at(-1)).toEqual(['large', 600, 600]);
    expect(await colourAt(thumbnails.at(-1)!.path, 0.75, 0.75)).toEqual(WHITE);
  });

  test('a BMP comes through ffmpeg with its colours, and leaves no bulk behind in the results', async () => {
    const folder = await temporaryFolder();
    const png = join(folder, 'a.png');
    await quarters(640, 480).png().toFile(png);
    for (const format of ['bgr24', 'pal8', 'rgb565le']) {
      const path = join(folder, `${format}.bmp`);
      await ffmpeg('-i', png, '-pix_fmt', format, path);
      const { source, thumbnails } = await thumbnailsOf(path);
      expect(source).toEqual({ width: 640, height: 480, format: 'bmp' });
      expect(await colourAt(thumbnails.at(-1)!.path, 0.25, 0.25)).toEqual(RED);
    }
  });

  test('the chain from size to size looks like what each size would be by itself', async () => {
    const png = join(await temporaryFolder(), 'a.png');
    await ffmpeg('-f', 'lavfi', '-i', 'mandelbrot=s=1800x1200', '-frames:v', '1', png);
    const { thumbnails } = await thumbnailsOf(png);
    for (const { path, width, height } of thumbnails) {
      const direct = sharp(png).resize(width, height, { fit: 'fill' }).removeAlpha();
      const wanted = await direct.clone().raw().toBuffer();
      const best = await sharp(await direct.jpeg({ quality: 85 }).toBuffer())
        .raw()
        .toBuffer();
      const chained = await sharp(path).raw().toBuffer();
      expect(decibels(wanted, chained)).toBeGreaterThan(decibels(wanted, best) - 2.5);
    }
  });
});

/** How alike two pictures are: 20 is poor, 30 good, 40 hard to tell apart. */
function decibels(one: Buffer, other: Buffer): number {
  const squares = one.reduce((sum, value, index) => sum + (value - other[index]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}
