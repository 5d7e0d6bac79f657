import type { Logger } from '../../process/logger.ts';
import { explainFault } from './explain-fault.ts';
import { renderError } from './error-page.tsx';
import { setFlash } from './flash.ts';
import { PageFault } from './page-fault.ts';
import { readPreferences } from './preferences.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { WebApp, WebContext } from './web-context.ts';

export type ErrorHandlerDeps = { readonly cookie: SessionCookie; readonly environment: string; readonly log: Logger };

/** Every fault ends as a page with a request id, or at the sign-in, which leads back to where it was needed. */
export function installErrorHandler(app: WebApp, { cookie, environment, log }: ErrorHandlerDeps): void {
  async function answer(context: WebContext, error: unknown): Promise<Response> {
    const fault = explainFault(error);
    const url = new URL(context.req.url);
    const isGet = context.req.method === 'GET';
    const here = `${url.pathname}${url.search}`;
    if (!(fault instanceof PageFault)) {
      if (fault.ended) {
        cookie.clear(context);
        setFlash(context, { tone: 'warn', text: 'Your session has ended. Sign in again to go on.' });
      }
      return context.redirect(
        isGet && here !== '/overview' ? `/signin?next=${encodeURIComponent(here)}` : '/signin',
        303,
      );
    }
    if (fault.code === 'password_change_needed') return context.redirect('/password', 303);
    const requestId = context.get('requestId');
    if (fault.status >= 500) log.error({ err: fault.cause ?? fault, requestId, path: url.pathname }, 'a page failed');
    const preferences = readPreferences(context);
    const again = isGet ? here : undefined;
    return context.html(await renderError({ fault, requestId, environment, preferences, again }), fault.status);
  }

  app.onError((error, context) => answer(context, error));
  app.notFound((context) =>
    answer(context, new PageFault(404, 'not_found', 'No page is here', { detail: 'The address may be mistyped.' })),
  );
}
