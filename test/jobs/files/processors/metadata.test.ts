import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { extractMetadata } from '../../../../src/jobs/files/processors/metadata.ts';
import { createMediaTools } from '../../../../src/jobs/tools/media-tools.ts';
import { office, pdf, zip } from '../../../support/media/documents.ts';
import { film, sound } from '../../../support/media/films.ts';
import { quarters, save } from '../../../support/media/pictures.ts';
import { ffmpeg, inputFor, realTools, temporaryFolder } from '../../../support/media/tools.ts';

afterAll(() => realTools.close());
const metadataOf = async (path: string) => extractMetadata(await inputFor(path));
const refusal = (path: string) =>
  metadataOf(path).then(
    () => 'read',
    (error: unknown) => error,
  );

const CORE = `<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t">
  <dc:title>Plans &amp; dreams</dc:title><dc:creator>Ada</dc:creator><cp:lastModifiedBy>Bob</cp:lastModifiedBy>
  <dcterms:created>2026-01-02T03:04:05Z</dcterms:created><dcterms:modified>2026-02-03T04:05:06Z</dcterms:modified>
</cp:coreProperties>`;

describe('an image', () => {
  test('tells what the camera wrote', async () => {
    const exif = {
      IFD0: { Make: 'Powernode', Model: 'Pinhole', DateTime: '2026:03:04 05:06:07' },
      IFD2: {
        DateTimeOriginal: '2026:02:03 04:05:06',
        ISOSpeedRatings: '200',
        ExposureTime: '1/125',
        FNumber: '28/10',
        FocalLength: '35/1',
      },
      IFD3: {
        GPSLatitude: '33/1 51/1 3000/100',
        GPSLatitudeRef: 'S',
        GPSLongitude: '70/1 30/1 0/1',
        GPSLongitudeRef: 'W',
      },
    };
    const jpeg = await quarters(60, 40).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await metadataOf(await save('a.jpg', jpeg))).toEqual({
      dimensions: { width: 40, height: 60, format: 'jpeg' },
      exif_data: {
        make: 'Powernode',
        model: 'Pinhole',
        date_time: '2026-02-03T04:05:06',
        orientation: 6,
        gps_latitude: expect.closeTo(-33.8583, 3),
        gps_longitude: -70.5,
        iso: 200,
        exposure_time: '1/125',
        f_number: 2.8,
        focal_length: 35,
      },
      additional: {},
      warnings: [],
    });
  });

  test.each(['png', 'webp', 'gif', 'tiff', 'bmp'])('a %s without a camera has only its dimensions', async (format) => {
    const folder = await temporaryFolder();
    await quarters(60, 40).png().toFile(join(folder, 'source.png'));
    const path = join(folder, `a.${format}`);
    await ffmpeg('-i', join(folder, 'source.png'), path);
    const { dimensions, exif_data } = await metadataOf(path);
    expect(dimensions).toEqual({ width: 60, height: 40, format });
    expect(exif_data).not.toHaveProperty('make');
  });

  test('what cannot be stored is not in it', async () => {
    const jpeg = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .withExif({ IFD0: { Make: `a\u0001b${'x'.repeat(900)}`, DateTime: '0000:00:00 00:00:00', Model: '   ' } })
      .jpeg()
      .toBuffer();
    const { exif_data } = await metadataOf(await save('a.jpg', jpeg));
    expect(Object.keys(exif_data)).toEqual(['make', 'orientation']);
    expect(String(exif_data['make'])).toHaveLength(500);
  });

  test('without perl the tool is unavailable', async () => {
    const tools = createMediaTools({ searchPath: '', warn: () => undefined });
    const path = await save('a.png', await quarters(9, 9).png().toBuffer());
    await expect(extractMetadata(await inputFor(path, { tools }))).rejects.toMatchObject({ code: 'tool_unavailable' });
  });
});

describe('a document', () => {
  test('a PDF', async () => {
    const info = {
      Title: 'A report',
      Author: 'Ada',
      Creator: 'A writer',
      CreationDate: "D:20260102030405+02'00'",
      ModDate: 'D:20260203040506Z',
    };
    expect((await metadataOf(await save('a.pdf', pdf(info)))).additional).toEqual({
      format: 'pdf',
      title: 'A report',
      author: 'Ada',
      creator: 'A writer',
      pages: 1,
      created: '2026-01-02T03:04:05+02:00',
      modified: '2026-02-03T04:05:06Z',
    });
  });

  test.each([
    [
      'a.docx',
      'wordprocessingml.document',
      '<Properties><Application>Writer</Application><Pages>7</Pages></Properties>',
      7,
    ],
    [
      'a.pptx',
      'presentationml.presentation',
      '<Properties><Application>Writer</Application><Slides>9</Slides></Properties>',
      9,
    ],
  ])('%s', async (name, main, app, pages) => {
    expect((await metadataOf(await save(name, office(CORE, app, main)))).additional).toEqual({
      format: name.slice(2),
      title: 'Plans & dreams',
      author: 'Ada',
      creator: 'Writer',
      pages,
      created: '2026-01-02T03:04:05Z',
      modified: '2026-02-03T04:05:06Z',
    });
  });

  test('an Excel workbook has no pages', async () => {
    const workbook = office(CORE, '<Properties><Application>Calc</Application></Properties>', 'spreadsheetml.sheet');
    const { additional } = await metadataOf(await save('a.xlsx', workbook));
    expect(additional).toMatchObject({ format: 'xlsx', author: 'Ada', creator: 'Calc' });
    expect(additional).not.toHaveProperty('pages');
  });

  test('an OpenDocument text', async () => {
    const meta = `<office:document-meta xmlns:office="o" xmlns:meta="m" xmlns:dc="d"><office:meta>
      <meta:initial-creator>Ada</meta:initial-creator><meta:generator>Writer</meta:generator><dc:title>T</dc:title>
      <dc:date>2026-02-03T04:05:06.123</dc:date><meta:document-statistic meta:page-count="3"/></office:meta></office:document-meta>`;
    const mimetype = 'application/vnd.oasis.opendocument.text';
    const odt = zip({ mimetype, 'meta.xml': meta });
    expect((await metadataOf(await save('a.odt', odt))).additional).toEqual({
      format: 'odt',
      title: 'T',
      author: 'Ada',
      creator: 'Writer',
      pages: 3,
      modified: '2026-02-03T04:05:06',
    });
  });

  test('one that says nothing of itself is no fault', async () => {
    expect((await metadataOf(await save('a.docx', office('')))).additional).toEqual({ format: 'docx' });
  });

  test('entities without end, parts that unpack to a gigabyte and broken XML cost nothing', async () => {
    const lol = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(99)}"><!ENTITY b "&a;&a;&a;&a;">]><x><title>&b;</title></x>`;
    expect((await metadataOf(await save('a.docx', office(lol)))).additional).toEqual({ format: 'docx' });
    const huge = await save('b.docx', office(`<x><title>${'a'.repeat(200_000_000)}</title></x>`));
    const before = process.memoryUsage().rss;
    expect((await metadataOf(huge)).additional).toEqual({ format: 'docx' });
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    expect((await metadataOf(await save('c.docx', office('<x><title>T</title><broken')))).additional).toMatchObject({
      title: 'T',
    });
  });

  test('one that was cut off is damaged', async () => {
    const whole = office(CORE);
    expect(await refusal(await save('a.docx', whole.subarray(0, whole.length - 60)))).toMatchObject({
      code: 'damaged_input',
      message: 'The Word document is damaged: its parts cannot be read.',
    });
  });
});

describe('anything else', () => {
  test('a film and a sound tell what they are without a poster', async () => {
    expect(await metadataOf(await film('mp4'))).toMatchObject({
      dimensions: { width: 320, height: 180, codec: 'h264' },
      additional: { audio_codec: 'aac', format: 'mp4' },
    });
    expect(await metadataOf(await sound('m4a'))).toMatchObject({
      dimensions: { sample_rate: 44_100, codec: 'aac' },
      additional: { title: 'A Tone', format: 'm4a' },
    });
  });

  test('a text has its times', async () => {
    const { additional, dimensions } = await metadataOf(await save('a.txt', 'words'));
    expect(dimensions).toEqual({});
    expect(additional).toEqual({
      modified_at: expect.stringMatching(/^\d{4}-.*Z$/),
      accessed_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('an SVG is refused', async () => {
    const path = await save('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(await refusal(path)).toMatchObject({ code: 'unsupported_input' });
  });

  test('a false extension is refused', async () => {
    expect(await refusal(await save('a.pdf', await quarters(9, 9).png().toBuffer()))).toMatchObject({
      code: 'wrong_content_type',
    });
  });
});
