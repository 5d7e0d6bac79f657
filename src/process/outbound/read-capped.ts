import { pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OutboundFault } from './outbound-fault.ts';

export type ReadCaps = {
  readonly mostBytes: number;
  /** How many times what came over the wire the text may be, once it is more than a megabyte. */
  readonly mostRatio: number;
};

/** What a request says that it understands; anything else in an answer is refused. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const RATIO_COUNTS_FROM = 1024 * 1024;

/** The whole of an answer's body, decoded, within its caps; whatever is over them is not read to its end. */
export async function readCapped(body: Readable, encoding: string | undefined, caps: ReadCaps): Promise<Buffer> {
  let wireBytes = 0;
  body.on('data', (chunk: Buffer) => {
    wireBytes += chunk.length;
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = decoded(body, encoding);
  try {
    for await (const chunk of source) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > caps.mostBytes)
        throw new OutboundFault('too_large', `expected an answer of at most ${caps.mostBytes} bytes, got more`);
      if (source !== body && bytes > RATIO_COUNTS_FROM && bytes > wireBytes * caps.mostRatio)
        throw new OutboundFault('too_compressed', `expected at most ${caps.mostRatio} times what was sent, got more`);
      chunks.push(chunk);
    }
  } catch (error) {
    body.destroy();
    if (isZlibFault(error))
      throw new OutboundFault('bad_encoding', 'the answer is not compressed as it says, or is cut off', error);
    throw error;
  }
  return Buffer.concat(chunks, bytes);
}

function decoded(body: Readable, encoding: string | undefined): Readable {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return body;
  const decoder = decoderOf(name);
  if (decoder === undefined) {
    body.destroy();
    throw new OutboundFault('bad_encoding', `expected an answer as ${ACCEPTED_ENCODINGS}, got ${name.slice(0, 50)}`);
  }
  // The faults of both arrive at whoever reads the decoder.
  return pipeline(body, decoder, () => undefined);
}

function decoderOf(name: string): Transform | undefined {
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'deflate') return createInflate();
  return name === 'br' ? createBrotliDecompress() : undefined;
}

function isZlibFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_|^ERR__ERROR_|BROTLI/.test(String(error.code));
}
