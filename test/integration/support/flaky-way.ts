import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one answer on its way back: it arrives, is lost with the connection, or is changed. */
export type OnTheWay = (call: {
  route: string;
  status: number;
  body: any;
  closed: boolean;
}) => 'pass' | 'lose' | { body: any };

/** A way between a worker and the real API on which answers can be lost or changed, and which can be shut. */
export async function flakyWay(apiUrl: string, script: OnTheWay = () => 'pass') {
  const seen: { route: string; status: number; body: any }[] = [];

  function carry(request: IncomingMessage, response: ServerResponse): void {
    const route = (request.url ?? '')
      .replace(/^.*\/workers\/[^/]+\//, '')
      .replace(/^.*\/workers\/register/, 'register');
    const onward = forward(
      `${apiUrl}${request.url ?? ''}`,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => void deliver(route, answer, response),
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  async function deliver(route: string, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await answer.toArray().catch(() => [])).join('');
    const body = text.startsWith('{') ? JSON.parse(text) : undefined;
    const status = answer.statusCode ?? 502;
    seen.push({ route, status, body });
    const what = script({ route, status, body, closed: response.destroyed });
    if (what === 'lose') response.destroy();
    else {
      const { 'content-length': _, ...headers } = answer.headers;
      response.writeHead(status, headers).end(what === 'pass' ? text : JSON.stringify(what.body));
    }
  }

  const server = createServer(carry);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
