/** The reason that a form carries: undefined when it is empty, cut to what the API takes. */
export function reasonOf(form: Readonly<Record<string, string>>): string | undefined {
  // What PostgreSQL's text cannot hold is no part of a reason either.
  const reason = (form.reason ?? '').replaceAll('\u0000', '').toWellFormed().trim().slice(0, 500);
  return reason === '' ? undefined : reason;
}
