import { listSchedules, readSchedule } from '../../contract/routes/schedules.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { installScheduleActions } from './actions.ts';
import { installScheduleBackfill } from './backfill-routes.tsx';
import { installScheduleEdit } from './edit-routes.ts';
import { renderSchedule } from './schedule-page.tsx';
import { renderSchedules } from './schedules-page.tsx';

const NEXT_SHOWN = 5;

/** What runs by the clock, one schedule, and what can be done to it. */
export function installSchedulePages(app: WebApp, pages: Pages): void {
  pages.offer('schedules');

  app.get('/schedules', async (context) => {
    const { view, data } = await pages.open(context, (client, token) => client.call(listSchedules, { token }));
    return context.html(await renderSchedules(view, data.data));
  });

  app.get('/schedules/:name', async (context) => {
    const params = { name: context.req.param('name') };
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readSchedule, { params, query: { count: NEXT_SHOWN }, token }),
    );
    return context.html(await renderSchedule(view, data.data));
  });

  installScheduleActions(app, pages);
  installScheduleEdit(app, pages);
  installScheduleBackfill(app, pages);
}
