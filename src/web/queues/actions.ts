import type { QueueView } from '../../contract/queue-view.ts';
import { pauseQueue, purgeQueue, readQueue, resumeQueue } from '../../contract/routes/queues.ts';
import { readConfirmed, renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { plural, thousands } from '../parts/words.ts';

type Question = (queue: QueueView, waiting: { readonly matched: number; readonly more: boolean }) => Confirmation;

/** Pause, resume and purge: each is felt by many, so each wants a reason. */
export function installQueueActions(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, name: string, question: Question, fault?: string) {
    const params = { name };
    const { view, data } = await pages.open(context, async (client, token) => {
      const [detail, preview] = await Promise.all([
        client.call(readQueue, { params, token }),
        // A viewer may not ask this, and is told so as for the deed itself.
        client.call(purgeQueue, { params, token, body: { preview: true } }),
      ]);
      return { queue: detail.data.queue, waiting: preview.data };
    });
    const confirmation = question(data.queue, data.waiting);
    const page = await renderConfirmation(view, { ...confirmation, ...(fault === undefined ? {} : { fault }) });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  app.get('/queues/:name/pause', (context) => ask(context, context.req.param('name'), pauseQuestion));

  app.post('/queues/:name/pause', async (context) => {
    const name = context.req.param('name');
    const read = readConfirmed(await readForm(context));
    if ('fault' in read) return await ask(context, name, pauseQuestion, read.fault);
    await pages.act(context, (client, token) => client.call(pauseQueue, { params: { name }, token, body: read }));
    const text = `${name} is paused: nothing more is claimed from it. Your reason is in the audit log.`;
    setFlash(context, { tone: 'ok', text });
    return context.redirect(`/queues/${encodeURIComponent(name)}`, 303);
  });

  app.get('/queues/:name/resume', (context) => ask(context, context.req.param('name'), resumeQuestion));

  app.post('/queues/:name/resume', async (context) => {
    const name = context.req.param('name');
    const read = readConfirmed(await readForm(context));
    if ('fault' in read) return await ask(context, name, resumeQuestion, read.fault);
    await pages.act(context, (client, token) => client.call(resumeQueue, { params: { name }, token, body: read }));
    setFlash(context, { tone: 'ok', text: `${name} runs again: workers that wait were woken.` });
    return context.redirect(`/queues/${encodeURIComponent(name)}`, 303);
  });

  app.get('/queues/:name/purge', (context) => ask(context, context.req.param('name'), purgeQuestion));

  app.post('/queues/:name/purge', async (context) => {
    const name = context.req.param('name');
    const read = readConfirmed(await readForm(context), name);
    if ('fault' in read) return await ask(context, name, purgeQuestion, read.fault);
    const { data } = await pages.act(context, (client, token) =>
      client.call(purgeQueue, { params: { name }, token, body: { ...read, confirm: name } }),
    );
    const done = `${plural(data.purged, 'job was', 'jobs were')} deleted from ${name}.`;
    setFlash(
      context,
      data.more ? { tone: 'warn', text: `${done} More are left: purge again.` } : { tone: 'ok', text: done },
    );
    return context.redirect(`/queues/${encodeURIComponent(name)}`, 303);
  });
}

const pauseQuestion: Question = ({ name, ready, active, paused }) => ({
  title: paused === undefined ? `Pause ${name}?` : `Change why ${name} is paused?`,
  section: 'queues',
  what: `Nothing more is claimed from it, by any worker, until somebody resumes it. ${plural(active, 'job that runs', 'jobs that run')} will go on; ${plural(ready, 'ready job')} will wait, and more may be enqueued.`,
  verb: 'Pause the queue',
  reason: 'needed',
  keep: { word: 'Let it run', href: `/queues/${name}` },
});

const resumeQuestion: Question = ({ name, ready, paused }) => ({
  title: `Resume ${name}?`,
  section: 'queues',
  what:
    paused === undefined
      ? 'It is not paused.'
      : `${paused.by} paused it: “${paused.reason}”. ${plural(ready, 'ready job')} can be claimed at once.`,
  verb: 'Resume the queue',
  reason: 'needed',
  keep: { word: 'Keep it paused', href: `/queues/${name}` },
});

const purgeQuestion: Question = ({ name }, { matched, more }) => {
  const count = more ? `${thousands(matched)} jobs and more` : plural(matched, 'waiting job');
  return {
    title: `Purge ${count} of ${name}?`,
    section: 'queues',
    what: 'They are deleted before they ran, those that are due and those that wait for their time or another attempt. This cannot be undone. Jobs that run or have ended stay.',
    verb: 'Purge the queue',
    danger: true,
    reason: 'needed',
    typed: name,
    keep: { word: 'Keep them', href: `/queues/${name}` },
  };
};
