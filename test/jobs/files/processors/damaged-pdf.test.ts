import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pdfFault } from '../../../../src/jobs/files/processors/pdf-frame.ts';
import { pdf } from '../../../support/media/documents.ts';
import { save } from '../../../support/media/pictures.ts';

const sample = await readFile(join(import.meta.dirname, '../../../../examples/samples/report.pdf'));

describe('the frame of a PDF', () => {
  it('stands in whole ones, also with bytes of others around them', async () => {
    expect(await pdfFault(await save('whole.pdf', sample))).toBeUndefined();
    expect(await pdfFault(await save('made.pdf', pdf({ Title: 'made here' })))).toBeUndefined();
    expect(
      await pdfFault(await save('led.pdf', Buffer.concat([Buffer.from('mail header\r\n\r\n'), sample]))),
    ).toBeUndefined();
    expect(
      await pdfFault(await save('trailed.pdf', Buffer.concat([sample, Buffer.alloc(2_000, ' ')]))),
    ).toBeUndefined();
  });

  it.each([
    ['half of one', () => sample.subarray(0, sample.length / 2)],
    ['its first 64 bytes', () => sample.subarray(0, 64)],
    ['a header and garbage', () => Buffer.from('%PDF-1.4\ngarbage')],
    [
      'nothing but noise behind a quarter',
      () => Buffer.concat([sample.subarray(0, sample.length / 4), Buffer.alloc(5_000, 'q')]),
    ],
  ])('is missing in %s', async (_, content) => {
    expect(await pdfFault(await save('broken.pdf', Buffer.from(content())))).toMatch(/ends before its end mark/);
  });

  it('does not stand when the table is not where it says', async () => {
    const cut = Buffer.concat([sample.subarray(0, 200), sample.subarray(600)]);
    expect(await pdfFault(await save('shifted.pdf', cut))).toMatch(/damaged/);
  });
});
