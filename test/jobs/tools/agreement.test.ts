import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { identify } from '../../../src/jobs/tools/agreement.ts';
import { film, FILM_ENDINGS, sound, SOUND_ENDINGS } from '../../support/media/films.ts';
import { office, pdf, zip } from '../../support/media/documents.ts';
import { temporaryFolder } from '../../support/media/tools.ts';

const BYTES = 'application/octet-stream';
const pixel = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
const png = () => pixel.clone().png().toBuffer();

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

/** The label that a content is given, or the reason why it is refused. */
async function verdict(path: string, filename = basename(path), contentType = BYTES): Promise<string> {
  try {
    const found = await identify(path, { filename, contentType });
    return found.known === 'processed' ? found.facts.label : found.known;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a file that is what it says', () => {
  test.each(FILM_ENDINGS)('a film .%s', async (ending) => {
    expect(await verdict(await film(ending), `x.${ending}`, 'video/mp4')).toMatch(/video$/);
  });

  test.each(SOUND_ENDINGS)('a sound .%s', async (ending) => {
    expect(await verdict(await sound(ending), `x.${ending.toUpperCase()}`, 'audio/mpeg')).toMatch(/audio$/);
  });

  test.each([
    ['report.pdf', pdf({}), 'PDF document'],
    ['letter.docx', office('<x/>'), 'Word document'],
    ['table.xlsx', office('<x/>', '', 'spreadsheetml.sheet'), 'Excel workbook'],
    ['talk.pptx', office('<x/>', '', 'presentationml.presentation'), 'PowerPoint presentation'],
    ['notes.txt', 'Just words.', 'text'],
    ['archive.zip', zip({ a: 'b' }), 'named'],
    ['nothing', Buffer.from([0, 1, 2, 3, 250, 251]), 'nothing'],
  ])('%s', async (name, content, expected) => {
    expect(await verdict(await fileWith(name, content))).toBe(expected);
  });

  test('a JPEG called .png is an image all the same', async () => {
    expect(await verdict(await fileWith('photo.png', await pixel.clone().jpeg().toBuffer()))).toBe('JPEG image');
  });

  test('a container with only sound may be called a sound', async () => {
    expect(await verdict(await sound('m4a'), 'x.mp4', 'video/mp4')).toBe('M4A audio');
    expect(await verdict(await film('webm'), 'x.ogg', 'audio/webm')).toBe('WebM video');
  });
});

describe('a false extension is told in words', () => {
  test('an image called a film', async () => {
    expect(await verdict(await fileWith('film.mp4', await png()))).toBe(
      'The name ends in .mp4, which stands for a video, but the content is a PNG image.',
    );
  });

  test('a film called an image', async () => {
    const path = join(await temporaryFolder(), 'photo.JPG');
    await copyFile(await film('mp4'), path);
    expect(await verdict(path)).toBe(
      'The name ends in .jpg, which stands for an image, but the content is an MP4 video.',
    );
  });

  test('an image sent as a PDF', async () => {
    expect(await verdict(await fileWith('x', await png()), 'x', 'application/pdf; charset=utf-8')).toBe(
      'The file was sent as application/pdf; charset=utf-8, which stands for a document, but the content is a PNG image.',
    );
  });

  test('words called an image', async () => {
    expect(await verdict(await fileWith('a.gif', 'These are words.'))).toMatch(/content is plain text\.$/);
  });

  test('a program called a document', async () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), Buffer.alloc(60)]);
    expect(await verdict(await fileWith('a.pdf', elf))).toMatch(/content is of the type application\/x-elf\.$/);
  });

  test('noise called a sound', async () => {
    expect(await verdict(await fileWith('a.mp3', Buffer.from([1, 2, 3, 0, 255])))).toMatch(/nothing that is known/);
  });
});

test('an SVG is known as one, with and without its XML line', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  expect(await verdict(await fileWith('a.svg', svg), 'a.svg', 'image/svg+xml')).toBe('svg');
  expect(await verdict(await fileWith('b.svg', `<?xml version="1.0"?>\n${svg}`), 'b.svg')).toBe('svg');
});

test('two bytes of a picture are called unknown, not a text', async () => {
  const path = await fileWith('cut.jpg', Buffer.from([0xff, 0xd8]));
  const said = await verdict(path, 'cut.jpg', 'image/jpeg');
  expect(said).not.toContain('plain text');
  expect(said).toMatch(/\.jpg|JPEG|image/);
});
