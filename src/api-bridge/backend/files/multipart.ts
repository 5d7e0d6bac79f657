import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy, { type Busboy, type FileInfo } from 'busboy';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { bodyOf } from './request-body.ts';

/** What stands around the file: part headers, boundaries, and small text fields that are read over. */
const AROUND_BYTES = 1024 * 1024;
const LIMITS = { files: 1, fields: 50, parts: 60, fieldSize: 64 * 1024, headerPairs: 50 };

export type Part<Kept> = { readonly info: FileInfo; readonly kept: Kept };
export type ReceiveOptions<Kept> = {
  readonly limitBytes: number;
  /** Takes the file's bytes to their end. */
  keep(stream: Readable): Promise<Kept>;
  /** Undoes `keep`, when something later in the form is wrong. */
  discard(kept: Kept): Promise<void>;
};

/**
 * Reads a multipart form that has exactly one file, in the field `file`, straight into `keep`. Refuses every other
 * form, and then nothing is kept; text fields are read over.
 */
export async function receiveFile<Kept>(request: IncomingMessage, options: ReceiveOptions<Kept>): Promise<Part<Kept>> {
  const form = openForm(request);
  const ending = new AbortController();
  const fail = (fault: unknown) => ending.abort(fault);
  let part: Promise<Part<Kept>> | undefined;

  form.on('file', (field, stream, info) => {
    // A form that breaks off destroys this stream with an error; whoever reads it hears of that by itself.
    stream.on('error', () => undefined);
    if (field !== 'file') {
      fail(fieldFault('file', `expected the file in the field file, got it in ${shown(field)}`));
      return;
    }
    part = options.keep(stream).then((kept) => ({ info, kept }));
    part.catch(fail);
  });
  form.on('field', (field) => {
    if (field === 'file') fail(fieldFault('file', 'expected a file with a filename, got a text field'));
  });
  form.on('filesLimit', () => fail(fieldFault('file', 'expected exactly one file, got more')));
  for (const event of ['fieldsLimit', 'partsLimit'] as const) {
    form.on(event, () => fail(new BridgeError('bad_request', 'expected a form with one file, got too many parts')));
  }

  try {
    await pipeline(bodyOf(request, options.limitBytes + AROUND_BYTES), form, { signal: ending.signal });
    if (part === undefined) throw fieldFault('file', 'expected a file in the field file, got none');
    return await part;
  } catch (error) {
    const kept = await part?.catch(() => undefined);
    // What cannot be discarded now is an orphan that the sweep finds; the first fault is the one to tell.
    if (kept !== undefined) await options.discard(kept.kept).catch(() => undefined);
    throw faultOf(ending.signal.aborted ? ending.signal.reason : error);
  }
}

function openForm(request: IncomingMessage): Busboy {
  const type = request.headers['content-type'] ?? 'none';
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    throw new BridgeError(
      'unsupported_media_type',
      `expected content type multipart/form-data, got ${type.slice(0, 100)}`,
    );
  }
  try {
    return busboy({ headers: request.headers, limits: LIMITS, defParamCharset: 'utf8' });
  } catch (error) {
    throw new BridgeError('bad_request', 'expected multipart/form-data with a boundary, got none that can be read', {
      cause: error,
    });
  }
}

/** What the form's reader says of a broken form, e.g. "Malformed part header", is safe to repeat. */
function faultOf(error: unknown): unknown {
  if (error instanceof BridgeError || !(error instanceof Error)) return error;
  const known = /^(Malformed part header|Unexpected end of (form|file))$/.test(error.message);
  if (!known) return error;
  return new BridgeError('bad_request', `expected a whole multipart form, got one that is broken: ${error.message}`, {
    cause: error,
  });
}

/** A part without a name has none for busboy too, whatever its types say. */
function shown(field: string | undefined): string {
  return field === undefined ? 'a part without a name' : JSON.stringify(field.slice(0, 100).toWellFormed());
}
