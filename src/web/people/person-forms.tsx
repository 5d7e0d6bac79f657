import type { Role } from '../../contract/operator.ts';
import type { Person } from '../../contract/person.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { exact } from '../parts/time.tsx';

export const ROLES: readonly (readonly [Role, string])[] = [
  ['viewer', 'looks, and changes nothing'],
  ['operator', 'retries, cancels, pauses, drains; reads the audit log'],
  ['admin', 'decides who may do what'],
];

type Draft = Pick<Person, 'role' | 'seesPayloads' | 'disabled'> & { readonly email: string };
type FormProps = {
  readonly title: string;
  readonly verb: string;
  readonly draft: Draft;
  /** Of an account that exists; an invitation asks for the e-mail instead. */
  readonly person?: Person;
  readonly fault?: string | undefined;
};

/** One form for inviting somebody and for changing what they may. */
export async function renderPersonForm(view: View, { title, verb, draft, person, fault }: FormProps): Promise<string> {
  return await renderPage(view, {
    title,
    section: 'users',
    live: false,
    children: (
      <section class="confirm" aria-labelledby="confirm">
        <h1 id="confirm">{title}</h1>
        <p>
          {person === undefined
            ? 'They get a one-time password, which you hand over yourself. It is good for a week and opens nothing but the form for their own.'
            : 'A change ends their sessions: they sign in again, with the rights they have then.'}
        </p>
        {fault !== undefined && (
          <p class="c s-fail" role="alert">
            {fault}
          </p>
        )}
        <form method="post" class="edit">
          {person === undefined && (
            <div class="field">
              <label for="email">Email</label>
              <input
                id="email"
                name="email"
                type="email"
                required
                maxlength={320}
                autocomplete="off"
                value={draft.email}
              />
            </div>
          )}
          <fieldset class="field">
            <legend>Role</legend>
            {ROLES.map(([role, may]) => (
              <label class="pickone">
                <input type="radio" name="role" value={role} checked={role === draft.role} />
                <span>
                  <b>{role}</b> <span class="mute">{may}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <label class="pickone">
            <input type="checkbox" name="payloads" value="yes" checked={draft.seesPayloads} />
            <span>
              <b>sees payloads</b> <span class="mute">input and output of jobs, without their secrets</span>
            </span>
          </label>
          {person !== undefined && (
            <label class="pickone">
              <input type="checkbox" name="disabled" value="yes" checked={draft.disabled} />
              <span>
                <b>disabled</b> <span class="mute">cannot sign in</span>
              </span>
            </label>
          )}
          <div class="field">
            <label for="reason">Reason, for the audit log (may stay empty)</label>
            <input id="reason" type="text" name="reason" maxlength={500} autocomplete="off" />
          </div>
          <div class="acts">
            <button class="btn pri">{verb}</button>
            <a class="btn" href="/users">
              Leave it
            </a>
          </div>
        </form>
      </section>
    ),
  });
}

type OneTimeProps = { readonly person: Person; readonly password: string; readonly validUntil: string };

/** The only time that the password is shown: it stands in this answer and nowhere else. */
export async function renderOneTime(view: View, { person, password, validUntil }: OneTimeProps): Promise<string> {
  return await renderPage(view, {
    title: 'One-time password',
    section: 'users',
    live: false,
    children: (
      <section class="confirm" aria-labelledby="confirm">
        <h1 id="confirm">One-time password of {person.email}</h1>
        <p>Hand it over yourself. It is shown once: with this page it is gone.</p>
        <p>
          <code class="once">{password}</code>
        </p>
        <p class="mute small">
          Good until {exact(Date.parse(validUntil))}, and only for choosing a password of their own.
        </p>
        <div class="acts">
          <a class="btn pri" href="/users">
            Users
          </a>
        </div>
      </section>
    ),
  });
}
