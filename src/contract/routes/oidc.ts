import { z } from 'zod';
import { text } from '../fields.ts';
import { signedIn, signInRequest } from '../operator.ts';
import { defineRoute } from './define-route.ts';

export const readSignInMethods = defineRoute({
  name: 'readSignInMethods',
  method: 'get',
  path: '/worker_auth/methods',
  summary: 'How people can sign in here',
  access: ['worker'],
  data: z.object({ password: z.literal(true), oidc: z.object({ label: z.string() }).optional() }),
  statuses: [200],
});

export const beginOidc = defineRoute({
  name: 'beginOidc',
  method: 'post',
  path: '/worker_auth/oidc',
  summary: 'Begin a sign-in at the identity provider: where to send the browser, and the state to bind it to',
  access: ['worker'],
  data: z.object({ url: z.string(), state: z.string() }),
  statuses: [200],
});

export const finishOidc = defineRoute({
  name: 'finishOidc',
  method: 'post',
  path: '/worker_auth/oidc/finish',
  summary: 'Exchange what the browser brought back from the identity provider for a session token',
  access: ['worker'],
  body: z.object({
    /** The query that the browser came back with. */
    callback: text(1, 8_000),
    state: text(1, 400),
    client_ip: signInRequest.shape.client_ip,
    user_agent: signInRequest.shape.user_agent,
  }),
  data: signedIn,
  statuses: [200],
});
