import { previewSchedule, readSchedule, updateSchedule } from '../../contract/routes/schedules.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import { readConfirmed } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { formOf, patchOf, readEditForm, type EditForm } from './edit-form.ts';
import { renderEdit, type Edited } from './edit-page.tsx';

const RUNS_SHOWN = 5;

/** Editing a schedule: the form, a look at what it would give, and the deed, all of it without a script. */
export function installScheduleEdit(app: WebApp, pages: Pages): void {
  async function show(context: WebContext, form: EditForm | undefined, faults: Edited['faults'] = []) {
    const name = context.req.param('name') ?? '';
    const { view, data } = await pages.open(context, async (client, token) => {
      const { schedule } = (await client.call(readSchedule, { params: { name }, query: { count: 1 }, token })).data;
      const looked = form === undefined ? undefined : await preview(client, token, form);
      return { schedule, looked };
    });
    const all = [...faults, ...(data.looked?.faults ?? [])];
    const edited: Edited = {
      form: form ?? formOf(data.schedule),
      faults: all,
      ...(data.looked?.nextRuns === undefined ? {} : { nextRuns: data.looked.nextRuns }),
    };
    return context.html(await renderEdit(view, data.schedule, edited), all.length === 0 ? 200 : 400);
  }

  app.get('/schedules/:name/edit', (context) => show(context, undefined));

  app.post('/schedules/:name/edit', async (context) => {
    const name = context.req.param('name');
    const fields = await readForm(context);
    const form = readEditForm(fields);
    if (fields.do !== 'save') return await show(context, form);
    const read = readConfirmed(fields);
    if ('fault' in read) return await show(context, form, [{ path: 'reason', message: read.fault }]);
    try {
      const body = { ...patchOf(form), reason: read.reason };
      await pages.act(context, (client, token) => client.call(updateSchedule, { params: { name }, token, body }));
    } catch (error) {
      const faults = faultsOf(error);
      if (faults === undefined) throw error;
      return await show(context, form, faults);
    }
    setFlash(context, { tone: 'ok', text: 'It is changed. Your reason is in the audit log.' });
    return context.redirect(`/schedules/${encodeURIComponent(name)}`, 303);
  });
}

async function preview(client: BridgeClient, token: string, { cron, timeZone }: EditForm) {
  try {
    const query = { cron, timeZone, count: RUNS_SHOWN };
    return { nextRuns: (await client.call(previewSchedule, { query, token })).data.nextRuns, faults: [] };
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === undefined) throw error;
    return { nextRuns: undefined, faults };
  }
}

/** What the API found wrong with the form; undefined for any other failure. */
function faultsOf(error: unknown): Edited['faults'] | undefined {
  if (!(error instanceof BridgeCallError) || (error.status !== 422 && error.status !== 409)) return undefined;
  return error.errors.length > 0 ? error.errors : [{ path: '', message: error.message }];
}
