import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { certificateFor } from './certificate.ts';

/** For servers that speak TLS. */
export const HOOK_TEST = certificateFor('hook.test');

export type Listening = { readonly port: number; readonly seen: readonly IncomingMessage[] };

/** A server on one address that remembers every request, and ends with the test. */
export async function listening(
  answer: RequestListener,
  { address = '127.0.0.1', port = 0, secure = false }: { address?: string; port?: number; secure?: boolean } = {},
): Promise<Listening> {
  const seen: IncomingMessage[] = [];
  const server = secure ? createSecureServer(HOOK_TEST) : createServer();
  server.on('request', (request: IncomingMessage, response: Parameters<RequestListener>[1]) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(port, address);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}
