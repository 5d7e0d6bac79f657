import { createMiddleware } from 'hono/factory';
import type { WebContext } from './web-context.ts';

/** Attributes of our pages that hold a path of this site. What people wrote cannot look like one: its quotes are escaped. */
const PATHS = /( (?:href|action|formaction|src|data-[a-z-]+)=")\/(?!\/)/g;

/**
 * Lets every page believe that it lives at the root, while it is mounted below `base`: whatever leaves gets the prefix, be it
 * a link, a form, an asset, a redirect or a cookie. Pages so need not know where they are.
 */
export function belowBase(base: string) {
  return createMiddleware(async (context: WebContext, next) => {
    await next();
    const { res } = context;
    const headers = new Headers(res.headers);
    const location = headers.get('location');
    if (location?.startsWith('/') === true && !location.startsWith('//')) headers.set('location', `${base}${location}`);
    const cookies = headers.getSetCookie();
    headers.delete('set-cookie');
    for (const cookie of cookies) headers.append('set-cookie', scoped(cookie, base));
    const isPage = headers.get('content-type')?.startsWith('text/html') === true;
    const body = isPage ? (await res.text()).replace(PATHS, `$1${base}/`) : res.body;
    // Assigning merges the headers of the answer before into the new one, which is why that one goes first.
    context.res = undefined;
    context.res = new Response(body, { status: res.status, headers });
  });
}

/** A `__Host-` cookie must be for the whole host; any other is for what is below the base. */
function scoped(cookie: string, base: string): string {
  return cookie.startsWith('__Host-') ? cookie : cookie.replace(/; Path=\/(?=;|$)/i, `; Path=${base}`);
}

/** `/ops/jobs`, without a slash at its end; undefined for the root. Throws for what is no path. */
export function readBasePath(text: string | undefined): string | undefined {
  const base = (text ?? '').replace(/\/+$/, '');
  if (base === '') return undefined;
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(base)) {
    throw new TypeError(`basePath: expected a path such as /ops/jobs, got ${JSON.stringify(text)}`);
  }
  return base;
}
