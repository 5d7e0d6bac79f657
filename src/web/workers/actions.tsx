import { deleteWorker, drainWorker, readWorker } from '../../contract/routes/workers.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { REASON_LENGTH, renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { reasonOf } from '../http/read-reason.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { plural } from '../parts/words.ts';

const FAULT = `Say why in at least ${REASON_LENGTH.least} letters.`;

/** Drain, stop and forget. The first two take a worker away from everybody, so they want a reason. */
export function installWorkerActions(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, id: string, confirm: (worker: WorkerView) => Confirmation, fault?: string) {
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readWorker, { params: { id }, token }),
    );
    const page = await renderConfirmation(view, { ...confirm(data.data), ...(fault === undefined ? {} : { fault }) });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  app.get('/workers/:id/drain', (context) => ask(context, context.req.param('id'), drainQuestion));

  app.post('/workers/:id/drain', async (context) => {
    const id = context.req.param('id');
    const form = await readForm(context);
    const reason = reasonOf(form);
    if (reason === undefined || reason.length < REASON_LENGTH.least)
      return await ask(context, id, drainQuestion, FAULT);
    const leave = form.leave === 'stop' ? 'stop' : 'drain';
    await pages.act(context, (client, token) =>
      client.call(drainWorker, { params: { id }, token, body: { reason, leave } }),
    );
    const text =
      leave === 'stop' ? `${id} gives back what it runs and leaves.` : `${id} drains: it finishes what it runs.`;
    setFlash(context, { tone: 'ok', text: `${text} Your reason is in the audit log.` });
    return context.redirect('/workers', 303);
  });

  app.get('/workers/:id/forget', (context) => ask(context, context.req.param('id'), forgetQuestion));

  app.post('/workers/:id/forget', async (context) => {
    const id = context.req.param('id');
    await readForm(context);
    await pages.act(context, (client, token) => client.call(deleteWorker, { params: { id }, token }));
    setFlash(context, { tone: 'ok', text: `${id} is forgotten.` });
    return context.redirect('/workers', 303);
  });
}

function drainQuestion(worker: WorkerView): Confirmation {
  const { id, running, status } = worker;
  const jobs = running.length === 0 ? 'It runs nothing now.' : `It runs ${plural(running.length, 'job')} now.`;
  return {
    title: status === 'draining' ? `Stop ${id}?` : `Drain ${id}?`,
    section: 'workers',
    what: `${jobs} It takes no new job from its next heartbeat on. It comes back when it is started again.`,
    verb: status === 'draining' ? 'Stop the worker' : 'Drain the worker',
    danger: status === 'draining',
    keep: { word: 'Let it work', href: '/workers' },
    reason: 'needed',
    choice: (
      <fieldset class="field">
        <legend>What it runs</legend>
        <label class="pickone">
          <input type="radio" name="leave" value="drain" checked={status !== 'draining'} /> is finished first
        </label>
        <label class="pickone">
          <input type="radio" name="leave" value="stop" checked={status === 'draining'} /> is given back at once; no
          attempt is lost
        </label>
      </fieldset>
    ),
  };
}

function forgetQuestion({ id }: WorkerView): Confirmation {
  return {
    title: `Forget ${id}?`,
    section: 'workers',
    what: 'It leaves the list, and what it may still run goes back to its queues. If it lives after all, it registers again by itself.',
    verb: 'Forget the worker',
    danger: true,
    reason: 'none',
    keep: { word: 'Keep it', href: '/workers' },
  };
}
