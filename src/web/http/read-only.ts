import { createMiddleware } from 'hono/factory';
import { PageFault } from './page-fault.ts';
import type { WebContext } from './web-context.ts';

/** What a person does to their own browser only. */
const OWN = /\/(?:signin|signout|preferences)$/;

/** Refuses every form that would change something, whoever sends it: for a dashboard on a wall, or in someone's app. */
export const refuseChanges = createMiddleware(async (context: WebContext, next) => {
  if (!/^(GET|HEAD|OPTIONS)$/.test(context.req.method) && !OWN.test(context.req.path)) {
    throw new PageFault(403, 'read_only', 'This dashboard is read-only', {
      detail: 'Nothing was changed. Its operator started it with WEB_READ_ONLY; use another dashboard for changes.',
    });
  }
  await next();
});
