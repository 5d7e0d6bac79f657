import type { z } from 'zod';
import type { Grant } from '../catalogue/declare-job.ts';
import type { Role } from '../operator.ts';

/** Who may call. `open` needs no token; `attempt` is the token that came with a claimed job. */
export type Access = 'open' | 'worker' | 'producer' | 'operator' | 'scraper' | 'attempt';

export type RouteDefinition<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Data extends z.ZodType = z.ZodType,
> = {
  readonly name: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api/v1, parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly access: readonly Access[];
  /** The least role of an operator who may call it. */
  readonly role?: Role;
  /** What an attempt must have been granted to call it. */
  readonly grant?: Grant;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** `json` is the default with a body schema; `stream` hands the raw request to the handler. */
  readonly accepts?: 'json' | 'multipart' | 'stream';
  readonly bodyLimitBytes?: number;
  readonly data?: Data;
  /** Every success status; `bytes` in place of an envelope for downloads. */
  readonly statuses: readonly number[];
  readonly replies?: 'envelope' | 'bytes' | 'bare';
};

/** Keeps the schemas' types, so that server handlers and clients are both checked against this one row. */
export function defineRoute<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Data extends z.ZodType = z.ZodUndefined,
>(route: RouteDefinition<Params, Query, Body, Data>): RouteDefinition<Params, Query, Body, Data> {
  return route;
}
