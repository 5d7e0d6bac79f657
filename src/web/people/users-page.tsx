import type { Person } from '../../contract/person.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { Pager } from '../parts/pager.tsx';
import { Time } from '../parts/time.tsx';
import { plural, roughly } from '../parts/words.ts';

/** Everybody who may sign in, what they may, and when they last did. */
export async function renderUsers(view: View, people: readonly Person[]): Promise<string> {
  return await renderPage(view, {
    title: 'Users',
    section: 'users',
    live: false,
    children: (
      <>
        <div class="head">
          <h1>Users</h1>
          <span class="mute">
            {plural(people.filter(({ disabled }) => !disabled).length, 'person', 'people')} may sign in
          </span>
          {!view.readOnly && (
            <div class="acts">
              <a class="btn" href="/sessions?all=yes">
                All sessions
              </a>
              <a class="btn pri" href="/users/invite">
                Invite
              </a>
            </div>
          )}
          <p>
            Viewers look, operators act on jobs, queues and workers, admins decide who does. Payloads are a right of its
            own.
          </p>
        </div>
        <table class="stick stack">
          <caption class="sr">People who may sign in</caption>
          <thead>
            <tr>
              <th scope="col" class="grow">
                Person
              </th>
              <th scope="col">Role</th>
              <th scope="col">Payloads</th>
              <th scope="col">State</th>
              <th scope="col" class="p2">
                Last sign-in
              </th>
              <th scope="col" class="num p2">
                Sessions
              </th>
              <th scope="col">
                <span class="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <Row person={person} view={view} />
            ))}
          </tbody>
        </table>
        <Pager>{plural(people.length, 'account')}. Nobody can take the last admin away.</Pager>
      </>
    ),
  });
}

function Row({ person, view }: { person: Person; view: View }) {
  const { id, email, role, seesPayloads, external, lastSignInAt, sessions } = person;
  const mine = id === view.user.id;
  const lastMs = lastSignInAt === undefined ? undefined : Date.parse(lastSignInAt);
  return (
    <tr>
      <th scope="row" class="grow">
        <b class="nm">{email}</b>
        {mine && <span class="mute small"> you</span>}
        {external && <small class="mute">signs in through the identity provider</small>}
      </th>
      <td>{role}</td>
      <td data-l="payloads">{seesPayloads ? 'shown' : <span class="mute">hidden</span>}</td>
      <td>
        <PersonState person={person} nowMs={view.nowMs} />
      </td>
      <td class="p2" data-l="last sign-in">
        {lastMs === undefined ? (
          <span class="mute">never</span>
        ) : (
          <Time ms={lastMs}>{`${roughly(view.nowMs - lastMs)} ago`}</Time>
        )}
      </td>
      <td class="num p2" data-l="sessions">
        {sessions}
      </td>
      <td class="last">
        {!view.readOnly && (
          <div class="acts">
            <a class="btn" href={`/users/${id}/edit`}>
              Edit<span class="sr"> {email}</span>
            </a>
            {!mine && !external && (
              <a class="btn" href={`/users/${id}/reset`}>
                Reset password<span class="sr"> of {email}</span>
              </a>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

function PersonState({ person: { disabled, oneTimeUntil }, nowMs }: { person: Person; nowMs: number }) {
  if (disabled) {
    return (
      <span class="st s-off">
        <Icon name="off" />
        Disabled
      </span>
    );
  }
  if (oneTimeUntil === undefined) {
    return (
      <span class="st s-done">
        <Icon name="done" />
        Active
      </span>
    );
  }
  const leftMs = Date.parse(oneTimeUntil) - nowMs;
  return (
    <span class={leftMs > 0 ? 'st s-wait' : 'st s-fail'}>
      <Icon name={leftMs > 0 ? 'wait' : 'fail'} />
      {leftMs > 0 ? `Invited, ${roughly(leftMs)} left` : 'Invitation ran out'}
    </span>
  );
}
