import { PageFault } from './page-fault.ts';
import type { WebContext } from './web-context.ts';

/** The fields of a posted form as text; a repeated field counts once. Refuses other kinds of body, and files. */
export async function readForm(context: WebContext): Promise<Readonly<Record<string, string>>> {
  const type = context.req.header('content-type') ?? '';
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw new PageFault(400, 'not_a_form', 'That does not fit', { detail: 'Expected a form.' });
  }
  return Object.fromEntries(new URLSearchParams(await context.req.text()));
}
