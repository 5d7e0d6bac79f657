import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Logger } from '../../process/logger.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import { clientAddress } from '../http/client-address.ts';
import { localPath } from '../http/local-path.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { userAgentOf, type Door } from './door.ts';
import { refusalOf } from './refusal.ts';
import type { SignInForm } from './sign-in-page.tsx';

export type OidcDeps = {
  readonly bridge: DashboardBridge;
  readonly door: Door;
  show(context: WebContext, form: Omit<SignInForm, 'environment' | 'preferences' | 'oidcLabel'>): Promise<string>;
  readonly trustProxy: boolean;
  readonly log: Logger;
};

const NAME = 'powernode_oidc';
const SECONDS = 600;

/**
 * To the identity provider and back. The browser is bound to its sign-in by a cookie, so that nobody can be signed in with
 * the answer to another's; everything that proves who they are happens at the API.
 */
export function installOidc(app: WebApp, { bridge, door, show, trustProxy, log }: OidcDeps): void {
  app.get('/signin/oidc', async (context) => {
    const next = localPath(context.req.query('next'), '/overview');
    try {
      const { url, state } = await bridge.beginOidc();
      const value = new URLSearchParams({ state, next }).toString();
      // Lax: the way back is a navigation that another site begins.
      setCookie(context, NAME, value, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: SECONDS });
      return context.redirect(url, 303);
    } catch (error) {
      const { status, message } = refusalOf(error, log);
      return context.html(await show(context, { next, message }), status);
    }
  });

  app.get('/signin/callback', async (context) => {
    const kept = new URLSearchParams(getCookie(context, NAME) ?? '');
    deleteCookie(context, NAME, { path: '/' });
    const next = localPath(kept.get('next'), '/overview');
    const state = kept.get('state') ?? '';
    if (state === '' || state !== context.req.query('state')) {
      const text = 'That sign-in was not begun in this browser, or too long ago. Begin again.';
      return context.html(await show(context, { next, message: { tone: 'warn', text } }), 400);
    }
    try {
      const signedIn = await bridge.finishOidc({
        callback: new URL(context.req.url).search.slice(1),
        state,
        client_ip: clientAddress(context, trustProxy),
        user_agent: userAgentOf(context),
      });
      return await door.enter(context, signedIn, next);
    } catch (error) {
      const { status, message } = refusalOf(error, log);
      return context.html(await show(context, { next, message }), status);
    }
  });
}
