import type { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import type { z } from 'zod';
import { LIMITS } from '../../contract/limits.ts';
import type { RouteDefinition } from '../../contract/routes/define-route.ts';
import { assertPermitted } from '../auth/permit.ts';
import type { Authenticate, Principal } from '../auth/principal.ts';
import { BridgeError } from './bridge-error.ts';
import { checkInput } from './check-input.ts';
import { readJsonBody } from './read-body.ts';
import { sendData, type NodeContext } from './reply.ts';
import { isByHand, withOrigin } from './request-origin.ts';

export type BridgeApp = Hono<{ Bindings: HttpBindings }>;

export type RouteInput<Params, Query, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly principal: Principal;
  readonly context: NodeContext;
};

export type Reply<Data> = {
  readonly status: number;
  readonly data?: Data;
  readonly headers?: Readonly<Record<string, string>>;
};

export type { Authenticate };

/**
 * Puts one row of the route table on the app. Before the handler runs: who calls (401), whether they may (403), the
 * path (404), the content type (415), the size (413), JSON (400) and the schemas (422). The handler's answer is put
 * into the envelope; a Response passes as it is, for downloads.
 */
export function serveRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, D extends z.ZodType>(
  app: BridgeApp,
  authenticate: Authenticate,
  route: RouteDefinition<P, Q, B, D>,
  handle: (input: RouteInput<z.infer<P>, z.infer<Q>, z.infer<B>>) => Promise<Reply<z.infer<D>> | Response>,
): void {
  const byHand = isByHand(route);
  app.on(route.method.toUpperCase(), honoPath(route.path), async (context) => {
    const principal = await authenticate(bearerOf(context.req.header('authorization')));
    assertPermitted(route, principal);
    const input = {
      params: parseParams(route, context),
      query: parse(route.query, context.req.query(), 'query'),
      body: await parseBody(route, context),
      principal,
      context,
    };
    const answer = byHand
      ? await withOrigin({ context, principal, authenticate }, () => handle(input))
      : await handle(input);
    return answer instanceof Response ? answer : sendData(answer.status, answer.data, answer.headers);
  });
}

/** `/files/{id}/processed/{key}` → `/api/v1/files/:id/processed/:key{.+}`: a key is the rest of the path. */
export function honoPath(path: string): string {
  return `/api/v1${path.replace(/\{key\}$/, ':key{.+}').replace(/\{(\w+)\}/g, ':$1')}`;
}

function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  return /^Bearer +(\S+)$/i.exec(header)?.[1] ?? '';
}

function parseParams<P extends z.ZodType>(route: { params?: P }, context: NodeContext): z.infer<P> {
  if (route.params === undefined) return none();
  const parsed = route.params.safeParse(context.req.param());
  if (parsed.success) return parsed.data;
  throw new BridgeError(
    'not_found',
    `nothing is at this path: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')} is malformed`,
  );
}

async function parseBody<B extends z.ZodType>(
  route: Pick<RouteDefinition, 'accepts' | 'bodyLimitBytes'> & { body?: B },
  context: NodeContext,
): Promise<z.infer<B>> {
  if (route.body === undefined) return none();
  const value = await readJsonBody(context.env.incoming, route.bodyLimitBytes ?? LIMITS.bodyBytes);
  return checkInput(route.body, value);
}

function parse<S extends z.ZodType>(schema: S | undefined, value: unknown, where: string): z.infer<S> {
  return schema === undefined ? none() : checkInput(schema, value, where);
}

/** A route without this schema gives its handler `undefined`, which is what its type says too. */
function none<Value>(): Value {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- only reached where the schema is ZodUndefined
  return undefined as Value;
}
