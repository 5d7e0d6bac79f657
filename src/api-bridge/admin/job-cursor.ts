import { z } from 'zod';
import { fieldFault } from '../http/bridge-error.ts';

/** Where a page of jobs ended: the time of its last job's last change in microseconds, and that job's id. */
export type JobCursor = { readonly changedAtMicros: string; readonly id: string };

const pair = z.tuple([z.string().regex(/^\d{1,18}$/), z.guid()]);

/** Opaque to clients, and harmless when forged: it only says where to go on. */
export function writeCursor({ changedAtMicros, id }: JobCursor): string {
  return Buffer.from(JSON.stringify([changedAtMicros, id])).toString('base64url');
}

/** Throws 422 for anything that `writeCursor` did not make. */
export function readCursor(cursor: string): JobCursor {
  const parsed = pair.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) throw fieldFault('query.cursor', 'expected a nextCursor of this list, got something else');
  return { changedAtMicros: parsed.data[0], id: parsed.data[1] };
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
