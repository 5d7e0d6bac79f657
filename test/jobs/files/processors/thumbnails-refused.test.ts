import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { createThumbnails } from '../../../../src/jobs/files/processors/thumbnails.ts';
import { createMediaTools } from '../../../../src/jobs/tools/media-tools.ts';
import { blackPng, bmp, gif, jpegClaiming } from '../../../support/media/bombs.ts';
import { film } from '../../../support/media/films.ts';
import { quarters, save } from '../../../support/media/pictures.ts';
import { inputFor, realTools, temporaryFolder } from '../../../support/media/tools.ts';

describe('what is refused', () => {
  const refusal = async (path: string) =>
    createThumbnails(await inputFor(path)).then(
      () => 'made',
      (error: unknown) => error,
    );

  test.each([
    ['JPEG', 'jpg', (image: Sharp) => image.jpeg()],
    ['progressive JPEG', 'jpg', (image: Sharp) => image.jpeg({ progressive: true })],
    ['PNG', 'png', (image: Sharp) => image.png()],
    ['GIF', 'gif', (image: Sharp) => image.gif()],
    ['WebP', 'webp', (image: Sharp) => image.webp()],
    ['TIFF', 'tiff', (image: Sharp) => image.tiff()],
  ])('a %s that was cut in half is said to end early', async (_what, ending, encode) => {
    const noise = {
      create: {
        width: 400,
        height: 300,
        channels: 3,
        background: 'red',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    } as const;
    const whole = await encode(sharp(await sharp(noise).png().toBuffer())).toBuffer();
    const path = await save(`a.${ending}`, whole.subarray(0, Math.floor(whole.length / 2)));
    expect(await refusal(path)).toMatchObject({
      code: 'damaged_input',
      message: expect.stringMatching(/^The \w+ image ends in the middle of its image data\.$/),
    });
  });

  test('a PNG with a broken middle is said to be damaged', async () => {
    const whole = await quarters(300, 300).png().toBuffer();
    whole.fill(0x5a, 200, 300);
    expect(await refusal(await save('a.png', whole))).toMatchObject({
      code: 'damaged_input',
      message: 'The PNG image is damaged: its image data cannot be decoded.',
    });
  });

  test.each([
    ['a PNG of 900 megapixels', 'a.png', () => blackPng(30_000, 30_000)],
    ['a GIF of 4,000 megapixels', 'a.gif', () => gif(65_000, 65_000)],
    ['a BMP that claims 4,000 megapixels', 'a.bmp', () => bmp(65_000, 65_000, 100)],
  ])('%s is refused from its header', async (_what, name, make) => {
    const path = await save(name, make());
    const before = process.memoryUsage().rss;
    const started = performance.now();
    expect(await refusal(path)).toMatchObject({
      code: 'too_large',
      message: expect.stringMatching(/more than the 100 megapixels/),
    });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('a JPEG that claims 60,000 times 60,000 is refused from its header', async () => {
    const path = await save('a.jpg', jpegClaiming(await quarters(64, 64).jpeg().toBuffer(), 60_000, 60_000));
    expect(await refusal(path)).toMatchObject({ code: 'too_large' });
  });

  test('a BMP whose pixels are not all there, and words that begin like one', async () => {
    expect(await refusal(await save('a.bmp', bmp(1000, 1000, 5000)))).toMatchObject({
      message: 'The BMP image ends in the middle of its image data.',
    });
    const words = await save(
      'b.bmp',
      'BMX is a kind of cycling that was made popular in the seventies of its century.',
    );
    expect(await refusal(words)).toMatchObject({ code: 'damaged_input' });
  });

  test('an SVG, which could read other files, and formats that cost too much', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="other.png"/></svg>';
    expect(await refusal(await save('a.svg', svg))).toMatchObject({ code: 'unsupported_input' });
    expect(await refusal(await save('a', svg))).toMatchObject({ code: 'unsupported_input' });
    const avif = await quarters(64, 64).avif().toBuffer();
    expect(await refusal(await save('a.avif', avif))).toMatchObject({ code: 'unsupported_input' });
  });

  test('an image whose decoder would be another than its content says', async () => {
    const path = join(await temporaryFolder(), 'photo.png');
    await copyFile(await film('mp4'), path);
    expect(await refusal(path)).toMatchObject({ code: 'wrong_content_type' });
  });

  test('an abort ends it, and a result half-written is nowhere', async () => {
    const stop = new AbortController();
    const input = await inputFor(await save('a.png', blackPng(9000, 9000)), { signal: stop.signal });
    const working = createThumbnails(input);
    setTimeout(() => stop.abort(new Error('cancelled')), 20);
    await expect(working).rejects.toThrow('cancelled');
    expect(await readdir(input.workdir)).toEqual([]);
  });

  test('a BMP needs ffmpeg, and says so where there is none', async () => {
    const tools = createMediaTools({ ffmpegPath: '/nowhere', searchPath: '', warn: () => undefined });
    const input = await inputFor(await save('a.bmp', bmp(10, 10, 320)), { tools });
    await expect(createThumbnails(input)).rejects.toMatchObject({ code: 'tool_unavailable' });
    expect((await createThumbnails({ ...input, tools: realTools })).source.format).toBe('bmp');
  });
});
