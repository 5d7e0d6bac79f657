import { OutcomeUnknown } from '../write-rows.ts';
import type { StorageProvider } from './storage-provider.ts';

/**
 * Runs what makes a stored object count, i.e. writes the row that names it. When that fails the object is deleted;
 * when nobody knows whether it failed, the object stays, and the sweep removes it should no row name it.
 */
export async function keepObject<Result>(
  storage: StorageProvider,
  key: string,
  record: () => Promise<Result>,
): Promise<Result> {
  try {
    return await record();
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error.cause;
    // What cannot be deleted now is an orphan that the sweep finds; the first fault is the one to tell.
    await storage.delete(key).catch(() => undefined);
    throw error;
  }
}
