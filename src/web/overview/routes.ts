import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { renderOverview } from './overview-page.tsx';

export function installOverviewPage(app: WebApp, pages: Pages): void {
  app.get('/', (context) => context.redirect('/overview', 303));
  app.get('/overview', async (context) => {
    const { view, findings } = await pages.open(context, async () => undefined);
    return context.html(await renderOverview(view, findings));
  });
}
