import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { ROUTES } from '../contract/routes/index.ts';
import type { Logger } from '../process/logger.ts';
import { BridgeError } from './http/bridge-error.ts';
import { createErrorHandler } from './http/error-handler.ts';
import { openApiDocument } from './http/openapi.ts';
import type { BridgeApp } from './http/serve-route.ts';
import { writeWholeAnswers } from './http/write-whole.ts';

/** The empty app: headers, one error handler, the OpenAPI document and 404 for everything that nobody installs. */
export function createApp(log: Logger, version: string): BridgeApp {
  const app: BridgeApp = new Hono();
  const toResponse = createErrorHandler(log);
  const document = JSON.stringify(openApiDocument(ROUTES, version));

  app.use(writeWholeAnswers);
  app.use(secureHeaders({ xFrameOptions: 'DENY', referrerPolicy: 'no-referrer' }));
  app.onError((error) => toResponse(error));
  app.notFound((context) =>
    toResponse(new BridgeError('not_found', `nothing is at ${context.req.method} ${context.req.path.slice(0, 200)}`)),
  );
  app.get('/api/v1/openapi.json', (context) =>
    context.body(document, 200, { 'content-type': 'application/json; charset=utf-8' }),
  );
  return app;
}
