import { Readable } from 'node:stream';
import { listAudit } from '../../contract/routes/audit.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import { auditQueryOf, readAuditChoice } from './audit-filter.ts';
import { renderAudit } from './audit-page.tsx';

const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;

/** The audit log: pages of it, and what the filter leaves as a file, streamed through. */
export function installAuditPages(app: WebApp, pages: Pages): void {
  pages.offer('audit', { visible: ({ user }) => user.role !== 'viewer' });

  app.get('/audit', async (context) => {
    const choice = readAuditChoice(context.req.query());
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(listAudit, { query: auditQueryOf(choice), token }),
    );
    return context.html(await renderAudit(view, choice, data.data));
  });

  app.get('/audit/export', async (context) => {
    const format = context.req.query('format') === 'csv' ? 'csv' : 'ndjson';
    const { before: _, ...filter } = auditQueryOf(readAuditChoice(context.req.query()));
    const query = Object.fromEntries(
      Object.entries({ ...filter, format }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const answer = await pages.act(context, (client, token) =>
      client.raw('GET', '/admin/audit_export', { token, query }),
    );
    return new Response(Readable.toWeb(answer.body), {
      headers: {
        'content-type': TYPES[format],
        'content-disposition': `attachment; filename="audit.${format}"`,
      },
    });
  });
}
