import { createHash } from 'node:crypto';
import { StorageLimitExceeded, type StoredObject } from './storage-provider.ts';

export type Meter = {
  /** Passes the bytes on, and throws StorageLimitExceeded at the first one over the limit. */
  measure(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
  /** What has passed so far. */
  result(): StoredObject;
};

/** Counts and hashes bytes on their way, so that nothing is read twice. */
export function createMeter(limitBytes: number): Meter {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *measure(source) {
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > limitBytes) throw new StorageLimitExceeded(limitBytes);
        hash.update(chunk);
        yield chunk;
      }
    },
    result: () => ({ bytes, sha256: hash.copy().digest('hex') }),
  };
}
