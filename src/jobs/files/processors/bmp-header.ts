import { open } from 'node:fs/promises';
import { BadInput } from '../../errors.ts';
import { MAX_IMAGE_PIXELS } from '../../tools/ffmpeg.ts';
import { tooManyPixels } from './image-fault.ts';

const CORE_HEADER_BYTES = 12;
const HEAD_BYTES = 34;

/**
 * The dimensions in a BMP's header, read before any decoder sees the file. Refuses a header that makes no sense (a
 * text that begins with "BM" is one), too many pixels, and uncompressed pixels that are not all there.
 */
export async function readBmpHeader(path: string): Promise<{ width: number; height: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    if (bytesRead < HEAD_BYTES) throw damaged('The BMP image ends in the middle of its header.');
    const header = parse(buffer);
    const { width, height, bitsPerPixel } = header;
    if (width < 1 || height < 1 || ![1, 2, 4, 8, 16, 24, 32].includes(bitsPerPixel)) {
      throw damaged('The BMP image is damaged: its header makes no sense.');
    }
    if (width * height > MAX_IMAGE_PIXELS) throw tooManyPixels('BMP image');
    const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
    if (header.uncompressed && header.dataOffset + rowBytes * height > size) {
      throw damaged('The BMP image ends in the middle of its image data.');
    }
    return { width, height };
  } finally {
    await file.close();
  }
}

function parse(head: Buffer) {
  const dataOffset = head.readUInt32LE(10);
  if (head.readUInt32LE(14) === CORE_HEADER_BYTES) {
    const [width, height, bitsPerPixel] = [head.readUInt16LE(18), head.readUInt16LE(20), head.readUInt16LE(24)];
    return { dataOffset, width, height, bitsPerPixel, uncompressed: true };
  }
  // A negative height means that the rows come from the top.
  const [width, height] = [head.readInt32LE(18), Math.abs(head.readInt32LE(22))];
  const compression = head.readUInt32LE(30);
  const uncompressed = compression === 0 || compression === 3;
  return { dataOffset, width, height, bitsPerPixel: head.readUInt16LE(28), uncompressed };
}

function damaged(message: string): BadInput {
  return new BadInput('damaged_input', message);
}
