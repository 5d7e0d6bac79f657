import { randomUUID } from 'node:crypto';
import type { Logger } from '../../process/logger.ts';
import { BridgeError } from './bridge-error.ts';
import { translateDatabaseFault } from './database-fault.ts';
import { sendError } from './reply.ts';

/** Turns whatever a route threw into the envelope. What nobody foresaw is logged with an id, and only the id is told. */
export function createErrorHandler(log: Logger): (error: unknown) => Response {
  return (thrown) => {
    const error = translateDatabaseFault(thrown);
    if (error instanceof BridgeError) {
      if (error.code === 'unavailable') log.warn({ err: error.cause ?? error }, 'answered unavailable');
      return sendError(error);
    }
    const incident = randomUUID();
    log.error({ err: error, incident }, 'a route failed in a way that nobody foresaw');
    return sendError(new BridgeError('internal', `something failed on our side; incident ${incident}`));
  };
}
