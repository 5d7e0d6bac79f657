import { readForm } from './form.ts';
import { localPath } from './local-path.ts';
import { writePreferences } from './preferences.ts';
import type { WebApp } from './web-context.ts';

/** Keeps how somebody wants to see the dashboard, and goes back to where they were. */
export function installPreferences(app: WebApp): void {
  app.post('/preferences', async (context) => {
    const { back, ...changed } = await readForm(context);
    writePreferences(context, changed);
    return context.redirect(localPath(back, '/overview'), 303);
  });
}
