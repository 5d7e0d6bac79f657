import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Service } from '../../process/lifecycle.ts';
import { linger } from '../../process/linger.ts';
import type { Logger } from '../../process/logger.ts';
import { refuseMalformed } from './refuse-malformed.ts';
import type { BridgeApp } from './serve-route.ts';

export type HttpServiceOptions = {
  readonly port: number;
  readonly host: string;
  /** Called when no more requests are wanted and before open ones are waited for: answer what is parked. */
  quiet(): void;
  readonly log: Logger;
};

export type HttpService = Service & { port(): number };

/** Open requests get this long to end once the process stops. */
const CLOSE_MS = 10_000;

/** Serves the app; a port that is taken fails the start with one clear line. */
export function createHttpService(app: BridgeApp, { port, host, quiet, log }: HttpServiceOptions): HttpService {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server: Server = createServer((request, response) => {
    response.once('finish', () => linger(request));
    void listener(request, response);
  });
  server.on('clientError', refuseMalformed);
  server.requestTimeout = 0;
  server.headersTimeout = 30_000;
  server.keepAliveTimeout = 75_000;

  return {
    name: 'http',
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => reject(explain(error, port)));
        server.listen(port, host, resolve);
      });
      server.on('error', (error) => log.error({ err: error }, 'the HTTP server reported an error'));
    },
    async stop() {
      quiet();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await closed;
      clearTimeout(force);
    },
    port: () => {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
  };
}

function explain(error: Error & { code?: string }, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(`port ${String(port)} is taken by another program; free it or set PORT to another one`, {
    cause: error,
  });
}
