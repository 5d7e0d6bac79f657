import type { OutboundAnswer, OutboundClient, OutboundRequest } from '../../process/outbound/outbound-client.ts';
import { OutboundFault } from '../../process/outbound/outbound-fault.ts';
import { JobError, NonRetryable } from '../errors.ts';

/** A rule keeps this job from the destination, or the destination from answering so: no attempt would change that. */
export class DestinationRefused extends NonRetryable {
  override readonly name = 'DestinationRefused';
}

/**
 * Requests to whatever address the payload names, behind the guard of src/process/outbound. Any status is an answer.
 * A destination that is refused fails the job for good as DestinationRefused; one that did not answer is a JobError, which
 * its policy retries.
 */
export type JobHttp = {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** For programs that connect by themselves, such as git: the checked addresses, which they have to be pinned to. */
  addressesOf(url: string): Promise<readonly string[]>;
};

/** The guarded client of one attempt: whatever it sends ends with the attempt. */
export function createJobHttp(outbound: OutboundClient, signal: AbortSignal): JobHttp {
  return {
    send: (request) => told(outbound.send({ ...request, signal: joined(signal, request.signal) })),
    addressesOf: (url) => told(outbound.addressesOf(url, { signal })),
  };
}

function joined(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given === undefined ? own : AbortSignal.any([own, given]);
}

async function told<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (!(error instanceof OutboundFault)) throw error;
    const facts = { code: `outbound_${error.problem}`, cause: error };
    throw error.mayPass ? new JobError(error.message, facts) : new DestinationRefused(error.message, facts);
  }
}
