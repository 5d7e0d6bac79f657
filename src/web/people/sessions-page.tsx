import type { OpenSession } from '../../contract/person.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Pager } from '../parts/pager.tsx';
import { clockOrDay, Time } from '../parts/time.tsx';
import { plural, roughly } from '../parts/words.ts';
import { deviceOf } from './device.ts';

type Listed = {
  readonly sessions: readonly OpenSession[];
  readonly idleMinutes: number;
  readonly absoluteHours: number;
};

/** Where somebody is signed in, and the way to end it; `all` shows everybody's. */
export async function renderSessions(view: View, { sessions, idleMinutes, absoluteHours }: Listed, all: boolean) {
  const others = sessions.filter(({ current }) => !current).length;
  return await renderPage(view, {
    title: all ? 'All sessions' : 'Your sessions',
    section: 'sessions',
    live: false,
    children: (
      <>
        <div class="head">
          <h1>{all ? 'All sessions' : 'Your sessions'}</h1>
          <span class="mute">
            {`end after ${plural(idleMinutes, 'minute')} without use, and after ${plural(absoluteHours, 'hour')} in any case`}
          </span>
          <div class="acts">
            {view.user.role === 'admin' && (
              <a class="btn" href={all ? '/sessions' : '/sessions?all=yes'}>
                {all ? 'Yours only' : 'Everybody’s'}
              </a>
            )}
            <a class="btn" href="/password">
              Change password
            </a>
            {!all && others > 0 && (
              <form method="post" action="/sessions/end-others">
                <button class="btn bad">End all others</button>
              </form>
            )}
          </div>
        </div>
        <table class="stick stack">
          <caption class="sr">Open sessions, the last used first</caption>
          <thead>
            <tr>
              <th scope="col" class="grow">
                Device
              </th>
              {all && <th scope="col">Person</th>}
              <th scope="col">From</th>
              <th scope="col" class="p2">
                Signed in by
              </th>
              <th scope="col" class="num">
                Started
              </th>
              <th scope="col" class="num">
                Last used
              </th>
              <th scope="col">
                <span class="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <Row session={session} all={all} nowMs={view.nowMs} />
            ))}
          </tbody>
        </table>
        <Pager>{plural(sessions.length, 'open session')}</Pager>
      </>
    ),
  });
}

function Row({ session, all, nowMs }: { session: OpenSession; all: boolean; nowMs: number }) {
  const { id, person, current, userAgent, ip, method, createdAt, lastSeenAt } = session;
  const device = deviceOf(userAgent);
  const [startedMs, usedMs] = [Date.parse(createdAt), Date.parse(lastSeenAt)];
  return (
    <tr>
      <th scope="row" class="grow">
        <div class="cut" title={userAgent}>
          {current ? <b>{`This one, ${device}`}</b> : device}
        </div>
      </th>
      {all && <td>{person.email}</td>}
      <td class="mute" data-l="from">
        {ip ?? 'unknown'}
      </td>
      <td class="p2" data-l="by">
        {method === 'oidc' ? 'identity provider' : 'password'}
      </td>
      <td class="num" data-l="started">
        <Time ms={startedMs}>{clockOrDay(startedMs, nowMs)}</Time>
      </td>
      <td class="num" data-l="last used">
        {current ? 'now' : <Time ms={usedMs}>{`${roughly(nowMs - usedMs)} ago`}</Time>}
      </td>
      <td class="last">
        {!current && (
          <form method="post" action={`/sessions/${id}/end${all ? '?all=yes' : ''}`} class="acts">
            <button class="btn">
              End<span class="sr">{` the session of ${person.email} on ${device}`}</span>
            </button>
          </form>
        )}
      </td>
    </tr>
  );
}
