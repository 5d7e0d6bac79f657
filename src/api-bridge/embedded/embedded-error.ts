/** What kept the embedded PostgreSQL from serving; the message is one line that a person can act on. */
export type EmbeddedPostgresProblem =
  'data_dir_in_use' | 'data_dir_damaged' | 'binaries_missing' | 'cannot_leave_root' | 'init_failed' | 'start_failed';

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly problem: EmbeddedPostgresProblem;

  constructor(problem: EmbeddedPostgresProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
