import { PASSWORD_LENGTH } from '../../contract/person.ts';
import { renderDocument } from '../frame/document.tsx';
import { Brand } from '../frame/top-bar.tsx';
import type { Preferences } from '../http/preferences.ts';
import { Icon } from '../parts/icon.tsx';

export type PasswordForm = {
  readonly environment: string;
  readonly preferences: Preferences;
  readonly email: string;
  /** Whether the password is a one-time one: then there is no other way on. */
  readonly needed: boolean;
  readonly fault?: string | undefined;
};

/** A page without the frame: with a one-time password there is nothing else to see yet. */
export async function renderPasswordForm(form: PasswordForm): Promise<string> {
  const { environment, preferences, email, needed, fault } = form;
  return await renderDocument({
    title: 'Choose a password',
    preferences,
    bodyClass: 'alone',
    children: (
      <>
        <header>
          <Brand environment={environment} />
        </header>
        <main id="main">
          <h1>Choose a password</h1>
          <p class="mute small">
            {needed ? 'Yours opens nothing but this page: it was made for one use. ' : ''}
            {`At least ${PASSWORD_LENGTH.least} characters, and not your name. Every other session of ${email} ends.`}
          </p>
          {fault !== undefined && (
            <p class="flash s-fail" role="alert">
              <Icon name="fail" />
              <span>{fault}</span>
            </p>
          )}
          <form method="post" action="/password">
            <input type="hidden" name="username" value={email} autocomplete="username" />
            <Password name="current" word="Current password" autocomplete="current-password" />
            <Password name="next" word="New password" autocomplete="new-password" least={PASSWORD_LENGTH.least} />
            <Password
              name="again"
              word="New password again"
              autocomplete="new-password"
              least={PASSWORD_LENGTH.least}
            />
            <button class="btn pri">Change password</button>
          </form>
          {!needed && (
            <p>
              <a href="/sessions">Keep the old one</a>
            </p>
          )}
        </main>
      </>
    ),
  });
}

type FieldProps = { name: string; word: string; autocomplete: string; least?: number };

function Password({ name, word, autocomplete, least }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{word}</label>
      <input
        id={name}
        name={name}
        type="password"
        autocomplete={autocomplete}
        required
        minlength={least}
        maxlength={1024}
      />
    </div>
  );
}
