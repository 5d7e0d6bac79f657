import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCircuits } from '../../../../src/process/circuits.ts';
import { createApiClient } from '../../../../src/jobs/clients/api-client.ts';
import { createBackendApiClient } from '../../../../src/jobs/clients/backend-api-client.ts';
import { createHttpPool } from '../../../../src/jobs/clients/http-pool.ts';

/** One answer of the script: a status with a body (an object is sent as JSON), a cut connection, or silence. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'cut' | 'hold';
export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

export const data = (value: unknown): Reply => ({ status: 200, body: { success: true, data: value } });
export const failed = (status: number, body: unknown = '', headers: Record<string, string> = {}): Reply => ({
  status,
  body,
  headers,
});

type Options = { timeoutMs?: number; mostRepeats?: number };

/** The clients in front of a backend over real HTTP that answers as it is told; the last answer is given for ever. */
export async function scriptedBackend(script: Reply[] | ((seen: Seen, nth: number) => Reply), options: Options = {}) {
  const seen: Seen[] = [];
  const sockets = new Set<unknown>();
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.toArray()).join('');
    const { method = '', url = '', headers } = request;
    const call = { method, url, headers, body };
    const nth = seen.push(call);
    const reply = typeof script === 'function' ? script(call, nth) : (script[nth - 1] ?? script.at(-1) ?? 'cut');
    if (reply === 'cut') response.destroy();
    else if (reply !== 'hold') {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
    }
  }
  const server = createServer((request, response) => void handle(request, response));
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pool = createHttpPool();
  const clock = { nowMs: 0 };
  const circuits = createCircuits(() => clock.nowMs);
  const deps = {
    pool,
    baseUrl: `http://127.0.0.1:${port}`,
    token: async () => 'service-token',
    timeoutMs: options.timeoutMs ?? 10_000,
    mostRepeats: options.mostRepeats ?? 3,
    random: () => 0,
  };
  return {
    backend: createBackendApiClient({ ...deps, circuit: circuits.get('backend_api') }),
    api: createApiClient(deps),
    deps,
    circuits,
    clock,
    seen,
    /** How many connections were opened. */
    connections: () => sockets.size,
    async stopListening() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.close();
    },
  };
}

/** What a promise rejects with. */
export const faultOf = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
