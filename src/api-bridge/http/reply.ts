import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { BridgeError } from './bridge-error.ts';
import { wholeAnswer } from './write-whole.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The success half of the envelope, or a bare 204. */
export function sendData(status: number, data: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  if (status === 204) return new Response(null, { status, headers });
  return wholeAnswer(JSON.stringify({ success: true, data }), status, { 'content-type': JSON_TYPE, ...headers });
}

/** The failure half. */
export function sendError(error: BridgeError): Response {
  const body = {
    success: false,
    error: error.message,
    code: error.code,
    ...(error.errors ? { errors: error.errors } : {}),
  };
  return wholeAnswer(JSON.stringify(body), error.status, { 'content-type': JSON_TYPE, ...error.headers });
}

/** The node response behind a Hono context, for handlers that must know whether their answer was truly written. */
export type NodeContext = Context<{ Bindings: HttpBindings }>;
