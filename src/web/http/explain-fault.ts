import { BridgeCallError } from '../../process/bridge-error.ts';
import { CircuitOpen } from '../../process/circuit-open.ts';
import { PageFault, SignInNeeded } from './page-fault.ts';

const GOES_ON =
  'The dashboard reads everything through the API. Jobs that run keep running; their results wait in the workers.';

/** Turns whatever a page threw into what its reader is told. What nobody foresaw stays what it is: 500, and a log line. */
export function explainFault(error: unknown): PageFault | SignInNeeded {
  if (error instanceof PageFault || error instanceof SignInNeeded) return error;
  if (error instanceof CircuitOpen) {
    return new PageFault(503, 'api_unreachable', 'The API does not answer', {
      detail: GOES_ON,
      facts: [['Circuit', `${error.circuit} is open, tries again in ${error.retryAfterSeconds}s`]],
      cause: error,
    });
  }
  if (!(error instanceof BridgeCallError)) {
    return new PageFault(500, 'internal', 'Something failed on our side', {
      detail: 'It was written to the log of this process under the request below.',
      cause: error,
    });
  }
  return explainAnswer(error);
}

function explainAnswer(error: BridgeCallError): PageFault | SignInNeeded {
  switch (error.status) {
    case undefined:
      return new PageFault(503, 'api_unreachable', 'The API does not answer', { detail: GOES_ON, cause: error });
    case 401:
      return new SignInNeeded({ ended: true });
    case 403:
      return new PageFault(403, error.code, 'You may not do this', {
        detail: `Ask an admin for the right: ${error.message}.`,
        cause: error,
      });
    case 404:
      return new PageFault(404, error.code, 'Nothing is here', {
        detail: 'It may have been deleted: finished jobs are kept for a week, workers that left for a day.',
        cause: error,
      });
    case 422:
    case 400:
      return new PageFault(400, error.code, 'That does not fit', { detail: `${error.message}.`, cause: error });
    case 429:
      return new PageFault(429, error.code, 'Too many requests', {
        detail: 'Wait a moment and try again.',
        cause: error,
      });
    case 503:
      return new PageFault(503, error.code, 'The API cannot reach its database', {
        detail: 'It goes on by itself once the database answers. Jobs that run keep running meanwhile.',
        cause: error,
      });
    default:
      return new PageFault(502, error.code, 'The API could not do this', { detail: `${error.message}.`, cause: error });
  }
}
