export type OutboundProblem =
  | 'bad_url'
  | 'bad_request'
  | 'scheme_refused'
  | 'port_refused'
  | 'address_refused'
  | 'credentials_refused'
  | 'redirect_refused'
  | 'own_token'
  | 'too_large'
  | 'too_compressed'
  | 'bad_encoding'
  | 'unresolved'
  | 'timeout'
  | 'aborted'
  | 'no_answer';

const CURABLE: ReadonlySet<OutboundProblem> = new Set(['unresolved', 'timeout', 'aborted', 'no_answer']);

/**
 * A request to the outside that was not made, or whose answer was not taken. Says which rule refused it, never what was
 * in its headers or body.
 */
export class OutboundFault extends Error {
  override readonly name = 'OutboundFault';
  readonly problem: OutboundProblem;
  constructor(problem: OutboundProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.problem = problem;
  }

  /** Whether the same request may succeed later; a rule that refused it will refuse it again. */
  get mayPass(): boolean {
    return CURABLE.has(this.problem);
  }
}
