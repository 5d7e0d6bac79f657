type Extras = {
  readonly detail?: string;
  readonly facts?: readonly (readonly [string, string])[];
  readonly cause?: unknown;
};

/** An answer that is an error page: a status, a code to quote, one sentence as its title and one that explains it. */
export class PageFault extends Error {
  override readonly name = 'PageFault';
  readonly status: 400 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;
  readonly code: string;
  readonly detail: string;
  readonly facts: readonly (readonly [string, string])[];

  constructor(status: PageFault['status'], code: string, title: string, extras: Extras = {}) {
    super(title, { cause: extras.cause });
    this.status = status;
    this.code = code;
    this.detail = extras.detail ?? '';
    this.facts = extras.facts ?? [];
  }
}

/** Somebody must sign in first; they come back to where they wanted to go. */
export class SignInNeeded extends Error {
  override readonly name = 'SignInNeeded';
  readonly ended: boolean;
  constructor(options: { readonly ended: boolean }) {
    super('expected a session, got none');
    this.ended = options.ended;
  }
}
