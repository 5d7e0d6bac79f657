import { Readable } from 'node:stream';
import * as routes from '../../../contract/routes/files.ts';
import { attemptOf } from '../attempt-of.ts';
import { fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type BridgeApp } from '../../http/serve-route.ts';
import { sendableFile, viewForWorker } from './file-row.ts';
import type { FileRoutesDeps } from './file-routes-deps.ts';
import { grantedFile, grantedProcessing } from './granted.ts';
import { parseMediaType } from './media-type.ts';
import { patchFile } from './patch-file.ts';
import { patchProcessing } from './patch-processing.ts';
import { readProcessingView } from './processing-view.ts';
import { summarise } from './processing-row.ts';
import { bodyOf } from './request-body.ts';
import { sendObject } from './send-object.ts';
import { storeResult, type Stored } from './store-result.ts';
import { decodeStrictly } from './strict-base64.ts';

const NO_TYPE = 'application/octet-stream';

/** What a running attempt does with the one file that it was given. */
export function installFileRoutesForWorkers(app: BridgeApp, deps: FileRoutesDeps): void {
  const { authenticate, pool, storage, uploadLimitBytes } = deps;

  serveRoute(app, authenticate, routes.readProcessingJob, async ({ params, principal }) => {
    const row = await grantedProcessing(pool, attemptOf(principal).ref, params.id);
    return { status: 200, data: await readProcessingView(pool, row) };
  });

  serveRoute(app, authenticate, routes.patchProcessingJob, async ({ params, principal, body }) => {
    const row = await patchProcessing(pool, attemptOf(principal), params.id, body);
    return { status: 200, data: { job: summarise(row) } };
  });

  serveRoute(app, authenticate, routes.readWorkerFile, async ({ params, principal }) => {
    const file = await grantedFile(pool, attemptOf(principal).ref, params.id);
    return { status: 200, data: viewForWorker(file) };
  });

  serveRoute(app, authenticate, routes.downloadWorkerFile, async ({ params, principal, context }) => {
    const file = await grantedFile(pool, attemptOf(principal).ref, params.id);
    return await sendObject(storage, sendableFile(file), context);
  });

  serveRoute(app, authenticate, routes.patchWorkerFile, async ({ params, principal, body }) => {
    const file = await patchFile(pool, attemptOf(principal), params.id, body);
    return { status: 200, data: { file: viewForWorker(file) } };
  });

  serveRoute(app, authenticate, routes.putProcessed, async ({ params, query, principal, context }) => {
    const { incoming } = context.env;
    const result = {
      fileId: params.id,
      type: query.type,
      contentType: mediaType('content_type', query.content_type) ?? parseMediaType(incoming.headers['content-type']),
      storageKey: query.storage_key,
      metadata: query.size === undefined ? {} : { size: query.size },
    };
    const stored = await storeResult(
      deps,
      attemptOf(principal),
      { ...result, contentType: result.contentType ?? NO_TYPE },
      () => bodyOf(incoming, uploadLimitBytes),
    );
    return { status: 201, data: answer(stored) };
  });

  serveRoute(app, authenticate, routes.postProcessed, async ({ params, principal, body }) => {
    const bytes = decodeStrictly(body.file_content);
    const { type, storage_key: storageKey, content_type: said, ...metadata } = body.metadata;
    const contentType = typeof said === 'string' ? mediaType('metadata.content_type', said) : undefined;
    const result = {
      fileId: params.id,
      type: type ?? 'processed',
      contentType: contentType ?? NO_TYPE,
      storageKey,
      metadata,
    };
    return {
      status: 201,
      data: answer(await storeResult(deps, attemptOf(principal), result, () => Readable.from([bytes]))),
    };
  });
}

function answer({ storageKey, file }: Stored) {
  return { message: 'Processed file stored', storage_key: storageKey, file: viewForWorker(file) };
}

/** It is sent back as a header one day, so nothing but a bare type may be kept. */
function mediaType(path: string, said: string | undefined): string | undefined {
  const type = parseMediaType(said);
  if (said !== undefined && type === undefined) {
    throw fieldFault(path, `expected a content type like image/jpeg, got ${JSON.stringify(said.slice(0, 100))}`);
  }
  return type;
}
