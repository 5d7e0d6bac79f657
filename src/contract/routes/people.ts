import { z } from 'zod';
import { uuid } from '../fields.ts';
import { signedIn } from '../operator.ts';
import { invitation, oneTimePassword, openSession, passwordChange, person, personPatch } from '../person.ts';
import { defineRoute } from './define-route.ts';

const one = z.object({ id: uuid });
const reasoned = z.object({ reason: personPatch.shape.reason }).optional();
const sessions = z.object({
  sessions: z.array(openSession),
  idleMinutes: z.number(),
  absoluteHours: z.number(),
});

export const listPeople = defineRoute({
  name: 'listPeople',
  method: 'get',
  path: '/admin/people',
  summary: 'Everybody who may sign in',
  access: ['operator'],
  role: 'admin',
  data: z.object({ people: z.array(person) }),
  statuses: [200],
});

export const invitePerson = defineRoute({
  name: 'invitePerson',
  method: 'post',
  path: '/admin/people',
  summary: 'Let somebody sign in, with a one-time password that they must change',
  access: ['operator'],
  role: 'admin',
  body: invitation,
  data: oneTimePassword,
  statuses: [201],
});

export const changePerson = defineRoute({
  name: 'changePerson',
  method: 'patch',
  path: '/admin/people/{id}',
  summary: 'Change a role or the right to see payloads, disable or enable; ends the sessions of the person',
  access: ['operator'],
  role: 'admin',
  params: one,
  body: personPatch,
  data: person,
  statuses: [200],
});

export const resetPassword = defineRoute({
  name: 'resetPassword',
  method: 'post',
  path: '/admin/people/{id}/password',
  summary: 'Replace the password of somebody else by a one-time password; ends their sessions',
  access: ['operator'],
  role: 'admin',
  params: one,
  body: reasoned,
  data: oneTimePassword,
  statuses: [200],
});

export const listAllSessions = defineRoute({
  name: 'listAllSessions',
  method: 'get',
  path: '/admin/sessions',
  summary: 'Every open session of everybody',
  access: ['operator'],
  role: 'admin',
  data: sessions,
  statuses: [200],
});

export const changeOwnPassword = defineRoute({
  name: 'changeOwnPassword',
  method: 'post',
  path: '/worker_auth/password',
  summary: 'Change the own password: ends all other sessions and gives a new token for this one',
  access: ['operator'],
  role: 'viewer',
  body: passwordChange,
  data: signedIn,
  statuses: [200],
});

export const listOwnSessions = defineRoute({
  name: 'listOwnSessions',
  method: 'get',
  path: '/worker_auth/sessions',
  summary: 'The open sessions of the person who asks',
  access: ['operator'],
  role: 'viewer',
  data: sessions,
  statuses: [200],
});

export const endOtherSessions = defineRoute({
  name: 'endOtherSessions',
  method: 'delete',
  path: '/worker_auth/sessions',
  summary: 'End every session of the own account but this one',
  access: ['operator'],
  role: 'viewer',
  data: z.object({ ended: z.number() }),
  statuses: [200],
});

export const revokeSession = defineRoute({
  name: 'revokeSession',
  method: 'delete',
  path: '/worker_auth/sessions/{id}',
  summary: 'End one session: an own one, or as an admin anybody’s',
  access: ['operator'],
  role: 'viewer',
  params: one,
  statuses: [204],
});
