import { z } from 'zod';
import { text, timestamp } from './fields.ts';
import { role } from './operator.ts';

export const PASSWORD_LENGTH = { least: 10, most: 1_024 } as const;

/** Somebody who may sign in, as admins see them. */
export const person = z.object({
  id: z.string(),
  email: z.string(),
  role,
  seesPayloads: z.boolean(),
  disabled: z.boolean(),
  /** Until when the one-time password opens the form for a new one; absent once they have chosen one. */
  oneTimeUntil: timestamp.optional(),
  /** Whether an identity provider signs them in. */
  external: z.boolean(),
  createdAt: timestamp,
  lastSignInAt: timestamp.optional(),
  sessions: z.number(),
});
export type Person = z.infer<typeof person>;

const reason = text(1, 500).optional();
const email = text(3, 320)
  .trim()
  .regex(/^[^\s@]+@[^\s@]+$/, 'expected an e-mail address, got another text');

export const invitation = z.object({ email, role, seesPayloads: z.boolean().default(false), reason });
/** The password is told once, in this answer, and is kept nowhere. */
export const oneTimePassword = z.object({ person, password: z.string(), validUntil: timestamp });
export const personPatch = z.object({
  role: role.optional(),
  seesPayloads: z.boolean().optional(),
  disabled: z.boolean().optional(),
  reason,
});
export type PersonPatch = z.infer<typeof personPatch>;

export const passwordChange = z.object({
  current: text(1, PASSWORD_LENGTH.most),
  next: text(PASSWORD_LENGTH.least, PASSWORD_LENGTH.most),
  client_ip: text(0, 64).optional(),
});

export const openSession = z.object({
  id: z.string(),
  person: z.object({ id: z.string(), email: z.string() }),
  createdAt: timestamp,
  lastSeenAt: timestamp,
  expiresAt: timestamp,
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  method: z.enum(['password', 'oidc']),
  /** Whether it is the one that asks. */
  current: z.boolean(),
});
export type OpenSession = z.infer<typeof openSession>;
