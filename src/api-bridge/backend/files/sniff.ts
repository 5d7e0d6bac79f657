import { Readable } from 'node:stream';
import { fileTypeFromStream } from 'file-type';
import { isUtf8 } from 'node:buffer';
import type { StorageProvider } from '../storage/storage-provider.ts';
import { bareType } from './media-type.ts';

/** What the bytes of an object are: a content type that they prove, some text, or nothing that is known. */
export type Sniffed = { readonly contentType: string } | 'text' | 'svg' | 'unknown';

const HEAD_BYTES = 4096;
const SNIFF_MS = 5_000;

/**
 * Looks at the magic bytes of a stored object. What the uploader declared has no say here. Never fails for what the
 * bytes are: content that the detector chokes on is unknown.
 */
export async function sniff(storage: StorageProvider, key: string): Promise<Sniffed> {
  const head = await readHead(storage, key);
  const text = textIn(head);
  const found = await detect(storage, key);
  if (found === undefined || found === 'application/xml') return text ?? 'unknown';
  // Two letters make a BMP for the detector, and may begin any text; a true BMP has zero bytes in its header.
  if (found === 'image/bmp' && text !== undefined) return text;
  return { contentType: found };
}

async function detect(storage: StorageProvider, key: string): Promise<string | undefined> {
  const stream = await storage.read(key);
  try {
    const found = await fileTypeFromStream(Readable.toWeb(stream), { signal: AbortSignal.timeout(SNIFF_MS) });
    return found === undefined ? undefined : bareType(found.mime);
  } catch (error) {
    if (stream.errored !== null && stream.errored === error) throw error;
    return undefined;
  } finally {
    stream.destroy();
  }
}

async function readHead(storage: StorageProvider, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream: AsyncIterable<Buffer> = await storage.read(key, { start: 0, end: HEAD_BYTES - 1 });
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function textIn(head: Buffer): 'text' | 'svg' | undefined {
  if (head.length === 0 || head.includes(0) || !isUtf8(withoutCutCharacter(head))) return undefined;
  return /<svg[\s>]/i.test(head.toString('utf8')) ? 'svg' : 'text';
}

/** The head may end in the middle of a character, whose first byte has its two highest bits set. */
function withoutCutCharacter(head: Buffer): Buffer {
  if (head.length < HEAD_BYTES) return head;
  const lead = head.subarray(-4).findLastIndex((byte) => byte >= 0xc0);
  return lead === -1 ? head : head.subarray(0, head.length - 4 + lead);
}
