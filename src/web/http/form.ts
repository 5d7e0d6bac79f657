import { BodyFault, readBytes } from '../../process/read-bytes.ts';
import { PageFault } from './page-fault.ts';
import type { WebContext } from './web-context.ts';

/** The fields of a posted form as text; a repeated field counts once. Refuses other kinds of body, and files. */
export async function readForm(context: WebContext): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(await readFields(context));
}

/** The same with every repeat, for forms whose rows are picked. */
export async function readFields(context: WebContext): Promise<URLSearchParams> {
  const type = context.req.header('content-type') ?? '';
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw new PageFault(400, 'not_a_form', 'That does not fit', { detail: 'Expected a form.' });
  }
  return new URLSearchParams((await readBody(context)).toString('utf8'));
}

const FORM_BYTES = 64 * 1024;

async function readBody(context: WebContext): Promise<Buffer> {
  try {
    return await readBytes(context.env.incoming, FORM_BYTES);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    if (error.problem === 'too_large') {
      throw new PageFault(413, 'body_too_large', 'That is too long', { detail: 'Forms take 64 kB at most.' });
    }
    throw new PageFault(400, 'not_a_form', 'That did not arrive whole', { detail: 'Please send the form again.' });
  }
}
