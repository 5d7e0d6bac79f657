import * as routes from '../../../contract/routes/files.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import { serveRoute, type BridgeApp } from '../../http/serve-route.ts';
import type { Queryable } from '../../db/pool.ts';
import { readFileRow, sendableFile, viewFile, type FileRow } from './file-row.ts';
import type { FileRoutesDeps } from './file-routes-deps.ts';
import { findProcessed } from './processed-row.ts';
import { readProcessingRows, summarise } from './processing-row.ts';
import { sendObject } from './send-object.ts';
import { createUpload } from './upload.ts';

/** What a backend and people do with files: upload, look, download. */
export function installFileRoutesForPeople(app: BridgeApp, deps: FileRoutesDeps): void {
  const { authenticate, pool, storage } = deps;
  const upload = createUpload(deps);

  serveRoute(app, authenticate, routes.uploadFile, async ({ principal, context }) => {
    const { file, jobs } = await upload(context.env.incoming, principal);
    return { status: 201, data: { file: await viewFile(pool, file), processing_jobs: jobs.map(summarise) } };
  });

  serveRoute(app, authenticate, routes.readFile, async ({ params }) => {
    const file = await knownFile(pool, params.id);
    const jobs = await readProcessingRows(pool, file.id);
    return { status: 200, data: { file: await viewFile(pool, file), processing_jobs: jobs.map(summarise) } };
  });

  serveRoute(app, authenticate, routes.downloadFile, async ({ params, context }) =>
    sendObject(storage, sendableFile(await knownFile(pool, params.id)), context),
  );

  serveRoute(app, authenticate, routes.downloadProcessed, async ({ params: { id, key }, context }) => {
    const found = await findProcessed(pool, id, key);
    if (found === undefined)
      throw new BridgeError('not_found', 'expected the key of a result of this file, got another');
    return await sendObject(
      storage,
      { ...found, key: found.objectKey, filename: key.split('/').at(-1) ?? 'result' },
      context,
    );
  });
}

async function knownFile(db: Queryable, id: string): Promise<FileRow> {
  const row = await readFileRow(db, id);
  if (row === undefined) throw new BridgeError('not_found', `expected the id of a file, got ${id}`);
  return row;
}
