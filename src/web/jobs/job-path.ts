import type { WebContext } from '../http/web-context.ts';

export type JobPath = { readonly queue: string; readonly id: string };

export function paramsOf(context: WebContext): JobPath {
  return { queue: context.req.param('queue') ?? '', id: context.req.param('id') ?? '' };
}

export function jobPath({ queue, id }: JobPath): string {
  return `/jobs/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`;
}
