import { Readable } from 'node:stream';
import { exportAudit, listAudit } from '../../contract/routes/audit.ts';
import type { AuditFilter } from '../../contract/audit.ts';
import { readOnly } from '../admin/read-only.ts';
import type { Pool } from '../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { EXPORT_TYPES, exportHead, exportLine, type ExportFormat } from './export-lines.ts';
import { readAuditOldestFirst, readAuditPage } from './read-audit.ts';
import type { AuditSealer } from './sealer.ts';
import { audit } from './write-audit.ts';

export type AuditRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly sealer: Pick<AuditSealer, 'freshState'>;
};

/** The audit log for people: pages of it, and all of it as a file. Taking it away as a file is written down as well. */
export function installAuditRoutes(app: BridgeApp, { pool, authenticate, sealer }: AuditRoutesDeps): void {
  serveRoute(app, authenticate, listAudit, async ({ query }) => {
    const { head, ...page } = await readOnly(pool, {}, (client) => readAuditPage(client, query));
    const { sealed, broken } = await sealer.freshState();
    const chain = {
      ...(head === undefined ? {} : { head }),
      ...(sealed === undefined ? {} : { sealed: { id: sealed.id, at: sealed.at.toISOString() } }),
      ...(broken === undefined ? {} : { broken }),
    };
    return { status: 200, data: { ...page, chain } };
  });

  serveRoute(app, authenticate, exportAudit, async ({ query, principal }) => {
    const { format, ...filter } = query;
    await audit(pool, principal, { action: 'audit.export', target: format, detail: filter });
    return new Response(Readable.toWeb(Readable.from(lines(pool, format, filter))), {
      headers: {
        'content-type': EXPORT_TYPES[format],
        'content-disposition': `attachment; filename="audit.${format}"`,
      },
    });
  });
}

async function* lines(pool: Pool, format: ExportFormat, filter: AuditFilter): AsyncGenerator<string> {
  yield exportHead(format);
  for await (const rows of readAuditOldestFirst(pool, filter)) {
    yield rows.map((row) => exportLine(format, row)).join('');
  }
}
