import { PASSWORD_LENGTH } from '../../contract/person.ts';
import { verifySession } from '../../contract/routes/operators.ts';
import { changeOwnPassword } from '../../contract/routes/people.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import type { Pages } from '../frame/open-page.ts';
import { clientAddress } from '../http/client-address.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { readPreferences } from '../http/preferences.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { duration, sentence } from '../parts/words.ts';
import { renderPasswordForm } from './password-page.tsx';

export type PasswordPagesDeps = {
  readonly cookie: SessionCookie;
  readonly environment: string;
  readonly trustProxy: boolean;
};

/** The own password, changed: the session goes on under a new token, and every other one has ended. */
export function installPasswordPages(app: WebApp, pages: Pages, deps: PasswordPagesDeps): void {
  const { cookie, environment, trustProxy } = deps;

  async function show(context: WebContext, fault?: string): Promise<string> {
    const { data } = await pages.act(context, (client, token) => client.call(verifySession, { token }));
    const { email, mustChangePassword: needed = false } = data.user;
    return await renderPasswordForm({ environment, preferences: readPreferences(context), email, needed, fault });
  }

  app.get('/password', async (context) => context.html(await show(context)));

  app.post('/password', async (context) => {
    const { current = '', next = '', again } = await readForm(context);
    if (next !== again) return context.html(await show(context, 'The two new passwords differ.'), 400);
    if (next.length < PASSWORD_LENGTH.least) {
      return context.html(await show(context, `Use at least ${PASSWORD_LENGTH.least} characters.`), 400);
    }
    try {
      const body = { current, next, client_ip: clientAddress(context, trustProxy) };
      const { data } = await pages.act(context, (client, token) => client.call(changeOwnPassword, { token, body }));
      cookie.write(context, data.session_token, new Date(data.expires_at));
    } catch (error) {
      return context.html(await show(context, faultOf(error)), 400);
    }
    setFlash(context, { tone: 'ok', text: 'Your password is changed, and your other sessions have ended.' });
    return context.redirect('/overview', 303);
  });
}

function faultOf(error: unknown): string {
  if (!(error instanceof BridgeCallError)) throw error;
  const { status, errors, message, retryAfterSeconds = 60 } = error;
  if (status === 429) return `Too many wrong passwords. Try again in ${duration(retryAfterSeconds * 1000)}.`;
  if (status !== 409 && status !== 422) throw error;
  return errors[0]?.path.endsWith('current') === true
    ? 'That is not your current password.'
    : `${sentence(errors[0]?.message ?? message)}.`;
}
