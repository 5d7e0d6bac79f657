import { BridgeError } from './bridge-error.ts';

const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|Connection terminated|timeout exceeded|Client has encountered a connection error|not queryable|Cannot use a pool after calling end/;
/** 08 connection, 53 resources, 57P operator intervention, 25006 a standby that may not write yet: away or going away. */
const AWAY = /^(08|53|57P|25006)/;
/** 40001 and 40P01 lose a race with another transaction; 55P03 waited too long for a lock. */
const CONTENDED = new Set(['40001', '40P01', '55P03']);

/** Whether an error means that PostgreSQL could not be asked at all, so that nobody knows or everybody may try again. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return AWAY.test(code) || CONTENDED.has(code) || UNREACHABLE.test(code) || UNREACHABLE.test(error.message);
}

/**
 * Translates what the database threw: away → 503 with Retry-After; a value that it cannot hold (class 22) → 422,
 * as the last net below the schemas; anything else stays what it was.
 */
export function translateDatabaseFault(error: unknown): unknown {
  if (isDatabaseAway(error)) {
    return new BridgeError('unavailable', 'the database cannot be reached at the moment', {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!code.startsWith('22')) return error;
  return new BridgeError('validation_failed', 'expected values that the database can store, got one that it refuses', {
    cause: error,
  });
}
