import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

export type WebVariables = {
  /** Told to the person on an error page, and in the log line of the same error. */
  requestId: string;
  startedAtMs: number;
};

type WebTypes = { Bindings: HttpBindings; Variables: WebVariables };
export type WebContext = Context<WebTypes>;
export type WebApp = Hono<WebTypes>;
