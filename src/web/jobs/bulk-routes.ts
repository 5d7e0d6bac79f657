import type { BulkVerb } from '../../contract/job-bulk.ts';
import { changeManyJobs, readBulkAction, stopBulkAction } from '../../contract/routes/job-search.ts';
import { readConfirmed, renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readFields } from '../http/form.ts';
import { PageFault } from '../http/page-fault.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { bulkQuestion, renderBulk, renderChooseVerb, type Meant } from './bulk-page.tsx';
import { verbLook, type VerbLook } from './bulk-verbs.ts';
import { jobsHref } from './search.ts';

/** What to do to many jobs: a question with the count, and a page that says how far it is. */
export function installBulkPages(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, look: VerbLook, meant: Meant, fault?: string): Promise<Response> {
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(changeManyJobs, { body: { verb: look.verb, preview: true, ...which(meant) }, token }),
    );
    const preview = data.data.preview ?? { matched: 0, more: false, kinds: [] };
    if (preview.matched === 0 && !preview.more) {
      setFlash(context, { tone: 'warn', text: `None of these jobs is ${look.to}, so there is nothing to do.` });
      return context.redirect(jobsHref(meant.q), 303);
    }
    const page = await renderConfirmation(view, bulkQuestion(look, meant, preview, fault));
    return context.html(page, fault === undefined ? 200 : 400);
  }

  app.get('/jobs/bulk', async (context) => {
    const q = context.req.query('q') ?? '';
    const look = verbLook(context.req.query('verb'));
    if (look !== undefined) return await ask(context, look, { q, jobs: [] });
    const { view } = await pages.open(context, async () => undefined);
    return context.html(await renderChooseVerb(view, q));
  });

  app.post('/jobs/bulk', async (context) => {
    const form = await readFields(context);
    const meant = { q: form.get('q') ?? '', jobs: form.getAll('job') };
    if (meant.jobs.length > 0) return await ask(context, lookOf(form), meant);
    setFlash(context, { tone: 'warn', text: 'No job was picked.' });
    return context.redirect(jobsHref(meant.q), 303);
  });

  app.post('/jobs/bulk/run', async (context) => {
    const form = await readFields(context);
    const look = lookOf(form);
    const meant = { q: form.get('q') ?? '', jobs: form.getAll('job') };
    const confirmed = readConfirmed(Object.fromEntries(form));
    if ('fault' in confirmed) return await ask(context, look, meant, confirmed.fault);
    const body = { verb: look.verb, ...which(meant), ...howOf(look.verb, form), reason: confirmed.reason };
    const { data } = await pages.act(context, (client, token) => client.call(changeManyJobs, { body, token }));
    const id = data.action?.id;
    if (id === undefined) throw new PageFault(502, 'no_action', 'The API did not say what it began');
    return context.redirect(`/jobs/bulk/${id}`, 303);
  });

  app.get('/jobs/bulk/:id', async (context) => {
    const params = { id: context.req.param('id') };
    const { view, data } = await pages.open(context, (client, token) => client.call(readBulkAction, { params, token }));
    return context.html(await renderBulk(view, data.data));
  });

  app.post('/jobs/bulk/:id/stop', async (context) => {
    const params = { id: context.req.param('id') };
    await readFields(context);
    await pages.act(context, (client, token) => client.call(stopBulkAction, { params, token }));
    return context.redirect(`/jobs/bulk/${encodeURIComponent(params.id)}`, 303);
  });
}

function lookOf(form: URLSearchParams): VerbLook {
  const look = verbLook(form.get('verb'));
  if (look === undefined)
    throw new PageFault(400, 'no_verb', 'That does not fit', { detail: 'Press one of the buttons.' });
  return look;
}

function which({ q, jobs }: Meant): { q: string } | { jobs: { queue: string; id: string }[] } {
  if (jobs.length === 0) return { q };
  return {
    jobs: jobs.map((job) => {
      const [queue = '', id = ''] = job.split('/');
      return { queue, id };
    }),
  };
}

function howOf(verb: BulkVerb, form: URLSearchParams): { to?: string; priority?: number } {
  if (verb === 'move') return { to: form.get('to') ?? '' };
  return verb === 'priority' ? { priority: Number(form.get('priority') ?? 0) } : {};
}
