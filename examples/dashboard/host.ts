import { Hono } from 'hono';
import { mount } from 'hono/mount';
import type { HttpBindings } from '@hono/node-server';

type Mountable = { fetch(request: Request, env: HttpBindings): Response | Promise<Response> };

/** Somebody's own app, with the dashboard below one of its paths. */
export function createHost(dashboard: Mountable, basePath: string): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/', (context) => context.html(`<p>The shop. <a href="${basePath}/overview">Its jobs</a></p>`));
  app.all(
    `${basePath}/*`,
    mount(dashboard.fetch, (context) => context.env),
  );
  return app;
}
