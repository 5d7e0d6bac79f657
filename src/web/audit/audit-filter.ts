import { z } from 'zod';

const words = (most: number) => z.string().trim().min(1).max(most).optional().catch(undefined);
const minute = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/)
  .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)))
  .optional()
  .catch(undefined);
const entry = z.coerce.number().int().positive().optional().catch(undefined);

const filter = z.object({
  actor: words(400),
  action: words(100),
  target: words(400),
  /** As the browser's field gives them; UTC, as the log is. */
  from: minute,
  to: minute,
  before: entry,
});

/** What the audit log is narrowed to, and from which entry on it is shown; all of it is in the URL. */
export type AuditChoice = z.infer<typeof filter>;

/** What does not fit is left out, as if it had not been asked. */
export function readAuditChoice(query: Readonly<Record<string, string>>): AuditChoice {
  return filter.parse(query);
}

type Query = Omit<AuditChoice, 'before'> & { before?: number };

/** The same as the API wants it. */
export function auditQueryOf({ from, to, before, ...rest }: AuditChoice): Query {
  return {
    ...rest,
    ...(from === undefined ? {} : { from: instant(from) }),
    ...(to === undefined ? {} : { to: instant(to) }),
    ...(before === undefined ? {} : { before }),
  };
}

function instant(minuteText: string): string {
  return new Date(`${minuteText}Z`).toISOString();
}

/** A path with the choice, or with some of it changed; null takes a filter off. */
export function auditHref(
  choice: AuditChoice,
  change: { readonly [Key in keyof AuditChoice]?: AuditChoice[Key] | null } & { readonly format?: string } = {},
  path = '/audit',
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...choice, before: undefined, ...change }))
    if (value !== undefined && value !== null) query.set(key, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
