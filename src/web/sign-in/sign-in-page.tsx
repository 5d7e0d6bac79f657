import { renderDocument } from '../frame/document.tsx';
import { Brand } from '../frame/top-bar.tsx';
import type { Preferences } from '../http/preferences.ts';
import { Icon } from '../parts/icon.tsx';
import { VERSION } from '../../process/version.ts';

export type SignInForm = {
  readonly environment: string;
  readonly preferences: Preferences;
  /** Where the person wanted to go. */
  readonly next: string;
  readonly email?: string;
  /** What the button for the identity provider says, where there is one. */
  readonly oidcLabel?: string | undefined;
  readonly message?: { readonly tone: 'fail' | 'warn' | 'ok'; readonly text: string } | undefined;
};

const ICONS = { fail: 'fail', warn: 'warn', ok: 'done' } as const;

/** The only page that a stranger sees. */
export async function renderSignIn({
  environment,
  preferences,
  next,
  email = '',
  oidcLabel,
  message,
}: SignInForm): Promise<string> {
  const refused = message?.tone === 'fail';
  return await renderDocument({
    title: 'Sign in',
    preferences,
    bodyClass: 'alone',
    children: (
      <>
        <header>
          <Brand environment={environment} />
        </header>
        <main id="main">
          <h1>Sign in</h1>
          {message !== undefined && (
            <p class={`flash s-${message.tone}`} role={refused ? 'alert' : 'status'}>
              <Icon name={ICONS[message.tone]} />
              <span>{message.text}</span>
            </p>
          )}
          <form method="post" action="/signin">
            <input type="hidden" name="next" value={next} />
            <div class="field">
              <label for="email">Email</label>
              <input
                id="email"
                name="email"
                type="email"
                autocomplete="username"
                required
                autofocus={email === ''}
                value={email}
                aria-invalid={refused ? 'true' : undefined}
              />
            </div>
            <div class="field">
              <label for="password">Password</label>
              <input
                id="password"
                name="password"
                type="password"
                autocomplete="current-password"
                required
                autofocus={email !== ''}
              />
            </div>
            <button class="btn pri">Sign in</button>
          </form>
          {oidcLabel !== undefined && (
            <p>
              <a class="btn" href={`/signin/oidc?next=${encodeURIComponent(next)}`}>
                {oidcLabel}
              </a>
            </p>
          )}
        </main>
        <footer class="mute small">Powernode Worker {VERSION}</footer>
      </>
    ),
  });
}
