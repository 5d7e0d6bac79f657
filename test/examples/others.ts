import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** The backend application and the partner that the example jobs call, and which can be down. */
export async function startOthers() {
  const seen: Seen[] = [];
  const rates = { down: false };

  function answer({ method, url }: Seen): [number, unknown] {
    if (url === '/rates') return rates.down ? [503, { error: 'down' }] : [200, { EUR: 1, USD: 1.1 }];
    if (url.endsWith('/expire_carts')) return [200, { success: true, data: { expired: 3 } }];
    if (url === '/api/v1/internal/accounts/a1') return [200, { success: true, data: { id: 'a1', plan: 'gold' } }];
    if (method === 'PUT' && url === '/api/v1/internal/accounts/a1/plan') return [200, { success: true, data: {} }];
    return [404, { success: false, error: 'nothing here', code: 'not_found' }];
  }

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const call = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(call);
      const [status, data] = answer(call);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    rates,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
