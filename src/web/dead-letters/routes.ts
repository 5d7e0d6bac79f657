import { listDeadLetters } from '../../contract/routes/dead-letters.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { thousands } from '../parts/words.ts';
import { installDeadLetterActions } from './actions.tsx';
import { readDeadQuery } from './dead-filter.ts';
import { renderDeadLetters } from './dead-page.tsx';

/** Dead letters, and what can be done with them. */
export function installDeadLetterPages(app: WebApp, pages: Pages): void {
  pages.offer('dead', {
    mark({ overview: { deadLetters } }) {
      return deadLetters === 0 ? undefined : { text: thousands(deadLetters) };
    },
  });

  app.get('/dead', async (context) => {
    const query = readDeadQuery(context.req.query());
    const { view, data } = await pages.open(context, (client, token) => client.call(listDeadLetters, { query, token }));
    return context.html(await renderDeadLetters(view, query, data.data));
  });

  installDeadLetterActions(app, pages);
}
