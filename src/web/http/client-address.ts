import type { WebContext } from './web-context.ts';

/** The address that the request came from; behind a proxy that we trust, the one that the proxy saw. */
export function clientAddress(context: WebContext, trustProxy: boolean): string {
  // The proxy appends to what the client claims, so that only the last one is the proxy's own word.
  const forwarded = trustProxy ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return (forwarded ?? context.env.incoming.socket.remoteAddress ?? '').slice(0, 64);
}

/** Whether the person's browser speaks https with us or with the proxy before us. */
export function isSecure(context: WebContext, trustProxy: boolean): boolean {
  return trustProxy && context.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https';
}
