import { readJob } from '../../contract/routes/jobs.ts';
import { repeatJob } from '../../contract/routes/job-standing.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { readConfirmed, renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { jobPath, paramsOf } from './job-path.ts';

type Edited = { readonly text: string; readonly fault: string };

/** A job like this one with another payload: the one that is there stays, with its history. */
export function installRepeatPages(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, edited?: Edited): Promise<Response> {
    const params = paramsOf(context);
    const { view, data } = await pages.open(context, (client, token) => client.call(readJob, { params, token }));
    const { job } = data.data;
    const text = edited?.text ?? JSON.stringify(job.payload ?? {}, undefined, 2);
    const isLarge = job.payloadBytes !== undefined;
    const page = await renderConfirmation(view, {
      title: `Enqueue ${job.name} again?`,
      section: 'jobs',
      what: isLarge
        ? `A job like this one is enqueued in ${job.queue}, with the same input, which is too large to be edited here.`
        : `A job like this one is enqueued in ${job.queue}. This one stays as it is. Values that are hidden from you go on as they were.`,
      choice: isLarge ? undefined : (
        <div class="field">
          <label for="payload">Input, as JSON</label>
          <textarea
            id="payload"
            name="payload"
            class="mono"
            rows={Math.min(24, text.split('\n').length + 1)}
            spellcheck={false}
          >
            {text}
          </textarea>
        </div>
      ),
      verb: 'Enqueue it',
      reason: 'needed',
      keep: { word: 'Leave it', href: jobPath(params) },
      ...(edited === undefined ? {} : { fault: edited.fault }),
    });
    return context.html(page, edited === undefined ? 200 : 400);
  }

  app.get('/jobs/:queue/:id/repeat', (context) => ask(context));

  app.post('/jobs/:queue/:id/repeat', async (context) => {
    const params = paramsOf(context);
    const form = await readForm(context);
    const text = form.payload ?? '';
    const payload = text === '' ? undefined : readObject(text);
    if (payload === null)
      return await ask(context, { text, fault: 'The input must be one JSON object: {"key": "value"}.' });
    const confirmed = readConfirmed(form);
    if ('fault' in confirmed) return await ask(context, { text, fault: confirmed.fault });
    const body = { reason: confirmed.reason, ...(payload === undefined ? {} : { payload }) };
    try {
      const { data } = await pages.act(context, (client, token) => client.call(repeatJob, { params, body, token }));
      setFlash(context, { tone: 'ok', text: 'It is enqueued; this is the new job. Your reason is in the audit log.' });
      return context.redirect(jobPath(data), 303);
    } catch (error) {
      if (!(error instanceof BridgeCallError) || error.status !== 422) throw error;
      return await ask(context, { text, fault: `${error.message}.` });
    }
  });
}

/** The object that somebody typed; null for anything else. */
function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null;
  }
}
