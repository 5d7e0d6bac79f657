import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FileInfo } from 'busboy';
import type { Principal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import type { EnqueueIn } from '../../queue/enqueue-port.ts';
import { createGate } from '../gate.ts';
import { keepObject } from '../storage/keep-object.ts';
import { uploadKey } from '../storage/object-key.ts';
import { translateStorageFault } from '../storage/storage-fault.ts';
import type { StorageProvider, StoredObject } from '../storage/storage-provider.ts';
import { classify } from './classify.ts';
import { cleanFilename } from './filename.ts';
import { receiveFile } from './multipart.ts';
import { planJobs } from './planned-jobs.ts';
import { recordUpload, type Recorded } from './record-upload.ts';
import { sniff } from './sniff.ts';

export type UploadDeps = {
  readonly pool: Pool;
  readonly storage: StorageProvider;
  readonly enqueueIn: EnqueueIn;
  readonly uploadLimitBytes: number;
};

export type Upload = (request: IncomingMessage, principal: Principal) => Promise<Recorded>;

/** So many uploads look into their bytes and write their rows at once; the rest of a burst waits its turn here. */
const RECORDING_AT_ONCE = 4;

/**
 * Takes an upload: bytes first, row after. When the row cannot be written the bytes are deleted; when nobody knows
 * whether it was, they stay, and the sweep removes them should no row name them.
 */
export function createUpload({ pool, storage, enqueueIn, uploadLimitBytes }: UploadDeps): Upload {
  const gate = createGate(RECORDING_AT_ONCE);

  async function record(file: StoredFile, info: FileInfo, principal: Principal): Promise<Recorded> {
    const filename = cleanFilename(info.filename);
    const sniffed = await sniff(storage, file.storageKey);
    const classified = classify({ filename, contentType: info.mimeType }, sniffed);
    for (const { declaration } of planJobs(classified.jobsOf)) assertMayEnqueue(principal, declaration.queue);
    const uploadedBy = principal.type === 'producer' || principal.type === 'operator' ? principal.name : '';
    return await recordUpload(pool, enqueueIn, { ...file, ...classified, filename, uploadedBy });
  }

  return async (request, principal) => {
    try {
      const id = randomUUID();
      const storageKey = uploadKey(id);
      const { info, kept } = await receiveFile(request, {
        limitBytes: uploadLimitBytes,
        keep: (stream) => storage.write(storageKey, stream, { limitBytes: uploadLimitBytes }),
        discard: () => storage.delete(storageKey),
      });
      const file = { id, storageKey, object: kept };
      return await gate(() => keepObject(storage, storageKey, () => record(file, info, principal)));
    } catch (error) {
      throw translateStorageFault(error);
    }
  };
}

type StoredFile = { readonly id: string; readonly storageKey: string; readonly object: StoredObject };

function assertMayEnqueue(principal: Principal, queue: string): void {
  const limited = principal.type === 'producer' ? principal.queues : undefined;
  if (limited === undefined || limited.has(queue)) return;
  throw new BridgeError('forbidden', `expected a token that may enqueue to ${queue}, which this file needs`);
}
