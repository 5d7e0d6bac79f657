import { createMiddleware } from 'hono/factory';
import { PageFault } from './page-fault.ts';
import type { WebContext } from './web-context.ts';

/**
 * Refuses a form that another site made the browser send. Browsers say so in Sec-Fetch-Site on https and localhost;
 * elsewhere Origin must name the host that was asked. A request with neither comes from no browser form of ours.
 */
export const sameOrigin = createMiddleware(async (context: WebContext, next) => {
  if (!/^(GET|HEAD|OPTIONS)$/.test(context.req.method) && !isOwn(context)) {
    throw new PageFault(403, 'cross_site', 'This form came from another site', {
      detail: 'Nothing was changed. Open the dashboard itself and try again there.',
    });
  }
  await next();
});

function isOwn(context: WebContext): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = context.req.header('origin');
  const host = context.req.header('host');
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
