import type { Readable } from 'node:stream';

export type WriteOptions = {
  /** More bytes than this end the write with StorageLimitExceeded. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal;
};

export type StoredObject = { readonly bytes: number; readonly sha256: string };

export type ListedObject = { readonly key: string; readonly bytes: number; readonly modifiedAt: Date };

/** Both ends are included, as in an HTTP range. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Where bytes live. A key is a relative path as `storageKey` of the contract has it; anything else is refused before
 * the provider does a thing. An object appears whole or not at all, and is never changed once it is there.
 */
export interface StorageProvider {
  /** Takes a stream to its end. When it throws, nothing is left under the key. The stream is destroyed either way. */
  write(key: string, source: Readable, options: WriteOptions): Promise<StoredObject>;
  /** Opens before it resolves, so that a missing object is known before the first header is sent. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  size(key: string): Promise<number>;
  /** A missing object is fine. */
  delete(key: string): Promise<void>;
  /** Every object, including what is still being written, in no order. */
  list(): AsyncIterable<ListedObject>;
}

/** The source had more bytes than the write allowed. */
export class StorageLimitExceeded extends Error {
  override readonly name = 'StorageLimitExceeded';
  readonly limitBytes: number;
  constructor(limitBytes: number) {
    super(`expected at most ${String(limitBytes)} bytes, got more`);
    this.limitBytes = limitBytes;
  }
}

/** Nothing that can be read is under the key. */
export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';
  constructor(key: string, cause?: unknown) {
    super(`expected an object at ${key}, got none`, { cause });
  }
}
