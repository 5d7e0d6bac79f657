import { uuid } from '../../../contract/fields.ts';
import type { AttemptRef } from '../../auth/principal.ts';
import type { Queryable } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import { FILE_COLUMNS, type FileRow } from './file-row.ts';
import { PROCESSING_COLUMNS, type ProcessingRow } from './processing-row.ts';

/**
 * What an attempt may see: the processing job that its payload names, while it holds its job, and that processing
 * job's file. The rule stands in the query itself, so no route can forget it. It reaches as far as the producer who
 * wrote the payload does: whoever may enqueue a file job may name any processing job in it.
 */
const GRANTED = `pgboss.job j JOIN worker_api.processing_job p ON p.id =
    CASE WHEN j.data -> 'payload' ->> 'processing_job_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
         THEN (j.data -> 'payload' ->> 'processing_job_id')::uuid END`;
const HELD = `j.name = $1 AND j.id = $2 AND j.state = 'active' AND j.retry_count = $3`;

export type GrantedFile = FileRow & { processing_job_id: string };
/** With the lock, whatever this attempt writes about its processing job happens one after the other. */
type Lock = '' | 'FOR NO KEY UPDATE OF p';

/** The processing job of this attempt; any other id is as unknown as one that does not exist. */
export async function grantedProcessing(
  db: Queryable,
  ref: AttemptRef,
  id: string,
  lock: Lock = '',
): Promise<ProcessingRow> {
  const found = await db.query<ProcessingRow>(
    `SELECT ${PROCESSING_COLUMNS} FROM ${GRANTED} WHERE ${HELD} AND p.id = $4 ${lock}`,
    [ref.queue, ref.jobId, ref.retryCount, knownId(id, 'processing job')],
  );
  return found.rows[0] ?? unknown(id, 'processing job');
}

/** The file of this attempt's processing job; any other id is as unknown as one that does not exist. */
export async function grantedFile(db: Queryable, ref: AttemptRef, id: string, lock: Lock = ''): Promise<GrantedFile> {
  const found = await db.query<GrantedFile>(
    `SELECT ${FILE_COLUMNS}, p.id AS processing_job_id
       FROM ${GRANTED} JOIN worker_api.file_object f ON f.id = p.file_object_id WHERE ${HELD} AND f.id = $4 ${lock}`,
    [ref.queue, ref.jobId, ref.retryCount, knownId(id, 'file')],
  );
  return found.rows[0] ?? unknown(id, 'file');
}

function knownId(id: string, what: string): string {
  return uuid.safeParse(id).success ? id : unknown(id, what);
}

function unknown(id: string, what: string): never {
  throw new BridgeError('not_found', `expected the ${what} of this attempt, got ${id.slice(0, 64).toWellFormed()}`);
}
