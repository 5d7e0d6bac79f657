import * as people from '../../contract/routes/people.ts';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp } from '../http/web-context.ts';
import { plural } from '../parts/words.ts';
import { renderSessions } from './sessions-page.tsx';

/** Where a person is signed in. Ending asks nothing: signing in again is all that it costs. */
export function installSessionPages(app: WebApp, pages: Pages): void {
  pages.offer('sessions');

  app.get('/sessions', async (context) => {
    const all = context.req.query('all') !== undefined;
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(all ? people.listAllSessions : people.listOwnSessions, { token }),
    );
    return context.html(await renderSessions(view, data.data, all));
  });

  app.post('/sessions/end-others', async (context) => {
    await readForm(context);
    const { data } = await pages.act(context, (client, token) => client.call(people.endOtherSessions, { token }));
    setFlash(context, { tone: 'ok', text: `${plural(data.ended, 'other session')} ended.` });
    return context.redirect('/sessions', 303);
  });

  app.post('/sessions/:id/end', async (context) => {
    await readForm(context);
    const params = { id: context.req.param('id') };
    await pages.act(context, (client, token) => client.call(people.revokeSession, { token, params }));
    setFlash(context, { tone: 'ok', text: 'That session has ended.' });
    return context.redirect(context.req.query('all') === undefined ? '/sessions' : '/sessions?all=yes', 303);
  });
}
