import type { Logger } from '../../process/logger.ts';
import { createPool, type Pool } from '../db/pool.ts';

/** Connections for claims, settles and renewals; each kind folds, so that a few carry any load. */
const HOT_CONNECTIONS = 6;

/**
 * A pool for the statements of the hot path only. Their one good plan walks an index that is in order already, and
 * the planner leaves it when its statistics are older than a burst: measured, a claim then takes forty times as long,
 * until somebody analyzes. Without these ways of planning there is nothing worse to choose.
 */
export function createHotPool(url: string, log: Logger): Pool {
  const settings = {
    enable_seqscan: 'off',
    enable_bitmapscan: 'off',
    enable_sort: 'off',
    enable_incremental_sort: 'off',
  };
  return createPool({ url, max: HOT_CONNECTIONS, applicationName: 'powernode-queue', settings }, log);
}
