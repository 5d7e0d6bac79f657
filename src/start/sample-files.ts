import { openAsBlob } from 'node:fs';
import { FormData } from 'undici';
import { z } from 'zod';
import { uploaded } from '../contract/file.ts';
import { readFile as readFileRoute, uploadFile } from '../contract/routes/files.ts';
import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { samplePath, type Sample } from './sample-set.ts';

export type SampleFile = z.infer<typeof uploaded>;

/** Reads what became of a file; undefined when the API does not know it (any more). */
export async function readSample(
  client: BridgeClient,
  id: string,
  signal: AbortSignal,
): Promise<SampleFile | undefined> {
  try {
    return (await client.call(readFileRoute, { params: { id }, signal })).data;
  } catch (error) {
    if (error instanceof BridgeCallError && error.status === 404) return undefined;
    throw error;
  }
}

/** Uploads a sample as any backend would. A refusal of the file itself is an answer; everything else is thrown. */
export async function uploadSample(
  client: BridgeClient,
  sample: Sample,
  signal: AbortSignal,
): Promise<SampleFile | { refusal: string }> {
  const form = new FormData();
  form.append('file', await openAsBlob(samplePath(sample.name), { type: sample.contentType }), sample.name);
  try {
    const response = await client.raw('POST', uploadFile.path, { body: form, signal });
    return answer.parse(await response.body.json()).data;
  } catch (error) {
    if (error instanceof BridgeCallError && [413, 415, 422].includes(error.status ?? 0)) {
      return { refusal: error.message };
    }
    throw error;
  }
}

const answer = z.object({ data: uploaded });
