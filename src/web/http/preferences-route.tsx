import { renderDocument } from '../frame/document.tsx';
import { Brand } from '../frame/top-bar.tsx';
import { readForm } from './form.ts';
import { localPath } from './local-path.ts';
import { readPreferences, writePreferences, type Preferences } from './preferences.ts';
import type { WebApp } from './web-context.ts';

/** Keeps how somebody wants to see the dashboard, and goes back to where they were. */
export function installPreferences(app: WebApp, environment: string): void {
  app.get('/preferences', async (context) => {
    const back = localPath(context.req.query('back'), '/overview');
    return context.html(await renderZones(readPreferences(context), back, environment));
  });

  app.post('/preferences', async (context) => {
    const { back, ...changed } = await readForm(context);
    writePreferences(context, changed);
    return context.redirect(localPath(back, '/overview'), 303);
  });
}

/** Every zone by name; in its own page, because the list is longer than most pages are. */
async function renderZones(preferences: Preferences, back: string, environment: string): Promise<string> {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  return await renderDocument({
    title: 'Time zone',
    preferences,
    bodyClass: 'alone',
    children: (
      <>
        <header>
          <Brand environment={environment} />
        </header>
        <main id="main">
          <h1>Time zone</h1>
          <p>Every time on the dashboard is shown in it. Logs and the API keep UTC.</p>
          <form method="post" action="/preferences">
            <input type="hidden" name="back" value={back} />
            <div class="field">
              <label for="zone">Zone</label>
              <select id="zone" name="zone">
                {zones.map((zone) => (
                  <option value={zone} selected={zone === preferences.zone}>
                    {zone.replaceAll('_', ' ')}
                  </option>
                ))}
              </select>
            </div>
            <div class="acts">
              <button class="btn pri">Use this zone</button>
              <a class="btn" href={back}>
                Back
              </a>
            </div>
          </form>
        </main>
      </>
    ),
  });
}
