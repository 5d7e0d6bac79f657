import { openPromise } from 'yauzl';

const MOST_ENTRIES = 10_000;
const MEMBER_BYTES = 256 * 1024;

/**
 * The text of the named members of a ZIP, by name. A member that is missing, or over 256 KiB unpacked, is left out;
 * after 10,000 entries the search ends. Nothing is written to disk, and names are only compared, never used as paths.
 */
export async function readZipMembers(
  path: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(names);
  const found = new Map<string, string>();
  const zip = await openPromise(path, { autoClose: false });
  try {
    let seen = 0;
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      seen += 1;
      if (seen > MOST_ENTRIES || found.size === wanted.size) break;
      if (!wanted.has(entry.fileName) || entry.uncompressedSize > MEMBER_BYTES) continue;
      const text = await readWithin(await zip.openReadStreamPromise(entry), MEMBER_BYTES);
      if (text !== undefined) found.set(entry.fileName, text);
    }
    return found;
  } finally {
    zip.close();
  }
}

/** What an entry says of its size need not be true, so it is counted again. */
async function readWithin(stream: AsyncIterable<Buffer>, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
