import { Readable } from 'node:stream';
import { BridgeError } from '../../http/bridge-error.ts';
import type { NodeContext } from '../../http/reply.ts';
import { translateStorageFault } from '../storage/storage-fault.ts';
import type { ByteRange, StorageProvider } from '../storage/storage-provider.ts';
import { parseByteRange } from './byte-range.ts';
import { attachment } from './filename.ts';

export type Sendable = {
  readonly key: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
};

/**
 * Streams an object as a download: whole (200), one range (206), nothing because the client has it (304), or 416. The
 * tag is the checksum, so it is the same on every replica. A browser neither guesses another type nor runs what it gets.
 */
export async function sendObject(storage: StorageProvider, object: Sendable, { req }: NodeContext): Promise<Response> {
  const tag = `"${object.sha256}"`;
  const headers = {
    'content-type': object.contentType,
    'content-disposition': attachment(object.filename),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag: tag,
  };
  if (isKnown(req.header('if-none-match'), tag)) return new Response(null, { status: 304, headers });

  const range = sameVersion(req.header('if-range'), tag)
    ? parseByteRange(req.header('range'), object.bytes)
    : undefined;
  if (range === 'unsatisfiable') throw unsatisfiable(object.bytes);
  const length = range === undefined ? object.bytes : range.end - range.start + 1;
  const whole = { ...headers, 'content-length': String(length) };
  const body = req.raw.method === 'HEAD' ? null : await open(storage, object, range);
  if (range === undefined) return new Response(body, { status: 200, headers: whole });
  const contentRange = `bytes ${String(range.start)}-${String(range.end)}/${String(object.bytes)}`;
  return new Response(body, { status: 206, headers: { ...whole, 'content-range': contentRange } });
}

async function open(storage: StorageProvider, { key, bytes }: Sendable, range: ByteRange | undefined) {
  if (bytes === 0) return null;
  try {
    return Readable.toWeb(await storage.read(key, range));
  } catch (error) {
    throw translateStorageFault(error);
  }
}

function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((given) => given.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(tag);
}

/** Without If-Range a range is of whatever is there; with one it must name this version, or the whole is sent. */
function sameVersion(ifRange: string | undefined, tag: string): boolean {
  return ifRange === undefined || ifRange.trim() === tag;
}

function unsatisfiable(bytes: number): BridgeError {
  return new BridgeError(
    'range_not_satisfiable',
    `expected a range within ${String(bytes)} bytes, got one behind them`,
    {
      headers: { 'content-range': `bytes */${String(bytes)}` },
    },
  );
}
