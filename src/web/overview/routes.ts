import { listFailures } from '../../contract/routes/failures.ts';
import { listSchedules } from '../../contract/routes/schedules.ts';
import { readDatabaseHealth } from '../../contract/routes/stream.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { renderOverview } from './overview-page.tsx';

export function installOverviewPage(app: WebApp, pages: Pages): void {
  pages.offer('overview', {
    mark({ problems }) {
      return problems.length === 0 ? undefined : { text: String(problems.length), tone: 'fail' };
    },
  });

  app.get('/', (context) => context.redirect('/overview', 303));
  app.get('/overview', async (context) => {
    const { view, findings, data } = await pages.open(context, async (client, token) => {
      const [failures, database, schedules] = await Promise.all([
        client.call(listFailures, { query: {}, token }),
        client.call(readDatabaseHealth, { token }),
        client.call(listSchedules, { token }),
      ]);
      return { kinds: failures.data.kinds, database: database.data, schedules: schedules.data.schedules };
    });
    return context.html(await renderOverview(view, findings, data));
  });
}
