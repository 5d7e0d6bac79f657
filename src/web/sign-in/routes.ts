import { endSession } from '../../contract/routes/operators.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { CircuitOpen } from '../../process/circuit-open.ts';
import type { Logger } from '../../process/logger.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import { clientAddress } from '../http/client-address.ts';
import { setFlash, takeFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { localPath } from '../http/local-path.ts';
import { readPreferences } from '../http/preferences.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebApp } from '../http/web-context.ts';
import { duration, sentence } from '../parts/words.ts';
import { renderSignIn, type SignInForm } from './sign-in-page.tsx';

export type SignInDeps = {
  readonly bridge: DashboardBridge;
  readonly cookie: SessionCookie;
  readonly environment: string;
  readonly trustProxy: boolean;
  readonly log: Logger;
};

type Refusal = { readonly status: 400 | 401 | 429 | 503; readonly message: NonNullable<SignInForm['message']> };

/** In and out. The password passes through to the API and is kept nowhere. */
export function installSignIn(app: WebApp, { bridge, cookie, environment, trustProxy, log }: SignInDeps): void {
  app.get('/signin', async (context) => {
    const next = localPath(context.req.query('next'), '/overview');
    const flash = takeFlash(context);
    return context.html(
      await renderSignIn({ environment, preferences: readPreferences(context), next, message: flash }),
    );
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
        user_agent: printable(context.req.header('user-agent') ?? ''),
      });
      // A token that was here before stays in no hands.
      const before = cookie.read(context);
      if (before !== undefined) await endQuietly(bridge, before, log);
      cookie.write(context, token, expiresAt);
      return context.redirect(next, 303);
    } catch (error) {
      const { status, message } = refusalOf(error, log);
      const preferences = readPreferences(context);
      return context.html(await renderSignIn({ environment, preferences, next, email, message }), status);
    }
  });

  app.post('/signout', async (context) => {
    const token = cookie.read(context);
    cookie.clear(context);
    setFlash(context, { tone: 'ok', text: 'You are signed out.' });
    if (token !== undefined) await endQuietly(bridge, token, log);
    return context.redirect('/signin', 303);
  });
}

/** What a browser says of itself, as the API takes it. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 300);
}

/** The browser forgets the token in any case; when the API cannot be told, the session ends by itself. */
async function endQuietly(bridge: DashboardBridge, token: string, log: Logger): Promise<void> {
  try {
    await bridge.ask((client) => client.call(endSession, { token }));
  } catch (error) {
    if (error instanceof BridgeCallError && error.status === 401) return;
    log.warn({ err: error }, 'a session could not be ended at the API');
  }
}

function refusalOf(error: unknown, log: Logger): Refusal {
  if (error instanceof BridgeCallError) {
    const { status, code, message, retryAfterSeconds } = error;
    if (code === 'sign_in_refused') return { status: 401, message: { tone: 'fail', text: `${sentence(message)}.` } };
    if (status === 429) {
      const wait = duration((retryAfterSeconds ?? 60) * 1000);
      return { status: 429, message: { tone: 'warn', text: `Too many failed sign-ins. Try again in ${wait}.` } };
    }
    if (status === 422) return { status: 400, message: { tone: 'fail', text: 'Enter an email and a password.' } };
  }
  log.error({ err: error }, 'nobody can be signed in');
  const wait = error instanceof CircuitOpen ? ` Try again in ${error.retryAfterSeconds}s.` : ' Try again in a moment.';
  const text =
    error instanceof BridgeCallError && (error.status === 401 || error.status === 403)
      ? 'The API does not accept this process: WORKER_SERVICE_TOKEN differs between the two.'
      : `The API does not answer, so nobody can be signed in.${wait}`;
  return { status: 503, message: { tone: 'warn', text } };
}
