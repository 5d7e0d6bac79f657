import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { bareType, CONTENT, type ContentFacts } from './content-kinds.ts';
import { checkInputFile } from './input-file.ts';

/** What the bytes of a file are, whatever its name says. */
export type Sniffed =
  | { readonly known: 'processed'; readonly contentType: string; readonly facts: ContentFacts }
  /** A type that has a name, but no processor here. */
  | { readonly known: 'named'; readonly contentType: string }
  | { readonly known: 'svg' | 'text' | 'nothing' };

const HEAD_BYTES = 4096;

/** Looks at the magic bytes of a plain file; anything but a plain file is refused before it is opened. */
export async function sniff(path: string): Promise<Sniffed> {
  await checkInputFile(path);
  const found = await fileTypeFromFile(path);
  if (found !== undefined && found.mime !== 'application/xml') {
    const contentType = bareType(found.mime);
    const facts = CONTENT.get(contentType);
    return facts === undefined ? { known: 'named', contentType } : { known: 'processed', contentType, facts };
  }
  return { known: await sniffText(path) };
}

async function sniffText(path: string): Promise<'svg' | 'text' | 'nothing'> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const words = head.toString('utf8');
    if (/<svg[\s>]/i.test(words)) return 'svg';
    // The last character may be cut in two, so a few replacement signs at the very end say nothing.
    return head.includes(0) || words.slice(0, -4).includes('\uFFFD') ? 'nothing' : 'text';
  } finally {
    await file.close();
  }
}
