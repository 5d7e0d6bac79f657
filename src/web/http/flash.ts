import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { WebContext } from './web-context.ts';

const NAME = 'powernode_flash';
const flash = z.object({ tone: z.enum(['ok', 'warn', 'fail']), text: z.string().max(500) });
/** One sentence that the next page shows once: what the form did. */
export type Flash = z.infer<typeof flash>;

export function setFlash(context: WebContext, message: Flash): void {
  const text = message.text.length > 500 ? `${message.text.slice(0, 499)}…` : message.text;
  const value = Buffer.from(JSON.stringify({ ...message, text })).toString('base64url');
  setCookie(context, NAME, value, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 60 });
}

/** Gives the message and forgets it. A background refresh leaves it for the page that the person opens. */
export function takeFlash(context: WebContext): Flash | undefined {
  const value = getCookie(context, NAME);
  if (value === undefined || context.req.header('x-refresh') !== undefined) return undefined;
  deleteCookie(context, NAME, { path: '/' });
  try {
    return flash.safeParse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
