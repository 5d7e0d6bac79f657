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
    const { view, findings } = await pages.open(context, async () => undefined);
    return context.html(await renderOverview(view, findings));
  });
}
