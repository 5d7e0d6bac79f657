import { deleteView, saveView } from '../../contract/routes/job-search.ts';
import { renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp } from '../http/web-context.ts';
import { jobsHref } from './search.ts';

/** Searches that somebody keeps for themselves. */
export function installViewPages(app: WebApp, pages: Pages): void {
  app.get('/jobs/views', async (context) => {
    const q = context.req.query('q') ?? '';
    const { view } = await pages.open(context, async () => undefined);
    const page = await renderConfirmation(view, {
      title: 'Save this view',
      section: 'jobs',
      what: (
        <>
          <code>{q === '' ? 'all jobs' : q}</code> stands above the list from then on, for you alone.
        </>
      ),
      choice: (
        <div class="field">
          <label for="name">Name</label>
          <input id="name" name="name" type="text" required maxlength={60} autocomplete="off" />
        </div>
      ),
      hidden: [['q', q]],
      verb: 'Save the view',
      reason: 'none',
      keep: { word: 'Back to the list', href: jobsHref(q) },
    });
    return context.html(page);
  });

  app.post('/jobs/views', async (context) => {
    const { name = '', q = '' } = await readForm(context);
    const body = { name: name.trim(), q };
    await pages.act(context, (client, token) => client.call(saveView, { body, token }));
    setFlash(context, { tone: 'ok', text: `The view ${body.name} is saved.` });
    return context.redirect(jobsHref(q), 303);
  });

  app.post('/jobs/views/:id/forget', async (context) => {
    const params = { id: context.req.param('id') };
    await readForm(context);
    await pages.act(context, (client, token) => client.call(deleteView, { params, token }));
    setFlash(context, { tone: 'ok', text: 'The view is forgotten.' });
    return context.redirect('/jobs', 303);
  });
}
