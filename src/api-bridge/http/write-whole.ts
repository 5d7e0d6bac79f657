import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

const texts = new WeakMap<Response, string>();

/** Tells the server adapter that the answer is written already. */
const SENT = new Response(null, { headers: { 'x-hono-already-sent': 'true' } });

/** An answer whose body is known whole. It is kept beside the Response, because a body inside would become a stream. */
export function wholeAnswer(text: string, status: number, headers: Readonly<Record<string, string>>): Response {
  const answer = new Response(null, { status, headers });
  texts.set(answer, text);
  return answer;
}

/**
 * The outermost layer: writes whole answers to the socket with their headers in one piece. Through the adapter each
 * would be read back from a stream and written in two, which costs more than all else that a small answer takes.
 */
export const writeWholeAnswers: MiddlewareHandler<{ Bindings: HttpBindings }> = async (context, next) => {
  await next();
  const { res } = context;
  const text = texts.get(res);
  if (text === undefined) return;
  // Set anew, or the headers of the old one would be copied into the new.
  context.res = undefined;
  const { outgoing } = context.env;
  if (!outgoing.destroyed) {
    const headers = { ...Object.fromEntries(res.headers), 'content-length': String(Buffer.byteLength(text)) };
    outgoing.writeHead(res.status, headers);
    outgoing.end(text);
  }
  context.res = SENT;
};
