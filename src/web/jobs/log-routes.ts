import { readJobLogs } from '../../contract/routes/job-logs.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { paramsOf } from './job-path.ts';

/** More of an attempt is not kept. */
const PAGE = 5000;

/** The whole log of an attempt as text, as far as it is kept. */
export function installLogPages(app: WebApp, pages: Pages): void {
  app.get('/jobs/:queue/:id/log', async (context) => {
    const params = paramsOf(context);
    const asked = Number(context.req.query('attempt'));
    const attempt = Number.isInteger(asked) && asked > 0 && asked < 1e6 ? { attempt: asked } : {};
    const { data } = await pages.act(context, (client, token) =>
      client.call(readJobLogs, { params, query: { ...attempt, last: PAGE }, token }),
    );
    const text = data.lines.map(({ line }) => line).join('\n');
    return context.body(`${text}\n`, 200, { 'content-type': 'text/plain; charset=utf-8' });
  });
}
