import type { Logger } from '../../process/logger.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import { clientAddress } from '../http/client-address.ts';
import { setFlash, takeFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { localPath } from '../http/local-path.ts';
import { readPreferences } from '../http/preferences.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { createDoor, userAgentOf } from './door.ts';
import { installOidc } from './oidc-routes.ts';
import { refusalOf } from './refusal.ts';
import { renderSignIn, type SignInForm } from './sign-in-page.tsx';

export type SignInDeps = {
  readonly bridge: DashboardBridge;
  readonly cookie: SessionCookie;
  readonly environment: string;
  readonly trustProxy: boolean;
  readonly log: Logger;
};

/** In and out. The password passes through to the API and is kept nowhere. */
export function installSignIn(app: WebApp, { bridge, cookie, environment, trustProxy, log }: SignInDeps): void {
  const door = createDoor({ bridge, cookie, log });
  const show = async (context: WebContext, form: Omit<SignInForm, 'environment' | 'preferences' | 'oidcLabel'>) =>
    await renderSignIn({
      environment,
      preferences: readPreferences(context),
      oidcLabel: await bridge.oidcLabel(),
      ...form,
    });
  installOidc(app, { bridge, door, show, trustProxy, log });

  app.get('/signin', async (context) => {
    const next = localPath(context.req.query('next'), '/overview');
    return context.html(await show(context, { next, message: takeFlash(context) }));
  });

  app.post('/signin', async (context) => {
    const form = await readForm(context);
    const next = localPath(form.next, '/overview');
    const email = (form.email ?? '').trim();
    try {
      const { token, expiresAt } = await bridge.signIn({
        email,
        password: form.password ?? '',
        client_ip: clientAddress(context, trustProxy),
        user_agent: userAgentOf(context),
      });
      return await door.enter(context, { token, expiresAt }, next);
    } catch (error) {
      const { status, message } = refusalOf(error, log);
      return context.html(await show(context, { next, email, message }), status);
    }
  });

  app.post('/signout', async (context) => {
    const token = cookie.read(context);
    cookie.clear(context);
    setFlash(context, { tone: 'ok', text: 'You are signed out.' });
    if (token !== undefined) await door.leave(token);
    return context.redirect('/signin', 303);
  });
}
