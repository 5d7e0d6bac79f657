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
const NOTHING: Sniffed = { known: 'nothing' };

/** Looks at the magic bytes of a plain file; anything but a plain file is refused before it is opened. */
export async function sniff(path: string): Promise<Sniffed> {
  await checkInputFile(path);
  const found = await fileTypeFromFile(path);
  if (found === undefined || found.mime === 'application/xml') return sniffHead(path);
  const contentType = bareType(found.mime);
  return processed(contentType) ?? { known: 'named', contentType };
}

function processed(contentType: string): Sniffed | undefined {
  const facts = CONTENT.get(contentType);
  return facts === undefined ? undefined : { known: 'processed', contentType, facts };
}

/** A TIFF keeps its directory at the end, so one that is cut off is known by its first bytes alone. */
const TIFF_MARKS = [Buffer.from('II*\0', 'latin1'), Buffer.from('MM\0*', 'latin1')];

async function sniffHead(path: string): Promise<Sniffed> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (TIFF_MARKS.some((mark) => head.subarray(0, 4).equals(mark))) return processed('image/tiff') ?? NOTHING;
    const words = head.toString('utf8');
    if (/<svg[\s>]/i.test(words)) return { known: 'svg' };
    // Where the file goes on, the last character may be cut in two: replacement signs at the very end say nothing then.
    const whole = bytesRead < HEAD_BYTES ? words : words.slice(0, -4);
    return head.includes(0) || whole.includes('\uFFFD') ? NOTHING : { known: 'text' };
  } finally {
    await file.close();
  }
}
