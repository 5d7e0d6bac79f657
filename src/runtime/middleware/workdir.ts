import type { Middleware } from './compose.ts';

/**
 * Removes the attempt's folder when its handler has really ended, however it ended: while the handler still runs,
 * even one that was given up, its files are not pulled from under it.
 */
export const removeWorkdir: Middleware = async (run, next) => {
  try {
    return await next(run);
  } finally {
    await run.workdir.remove();
  }
};
