import { readSettings } from '../../contract/routes/settings.ts';
import type { Variable } from '../../contract/settings.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { renderSettings } from './settings-page.tsx';

/** The configuration of both processes; what people may change is changed where they are started. */
export function installSettingsPage(app: WebApp, pages: Pages, describeEnv: () => readonly Variable[]): void {
  pages.offer('settings', { visible: ({ user }) => user.role !== 'viewer' });

  app.get('/settings', async (context) => {
    const { view, data } = await pages.open(context, (client, token) => client.call(readSettings, { token }));
    return context.html(await renderSettings(view, data.data, describeEnv()));
  });
}
