import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export type Somebody = { id: string; email?: string; email_verified?: boolean; groups?: string[] };

/** A real OpenID provider, whose people need no password: the next one to sign in is who the test says. */
export async function startIdentityProvider(redirectUri: string) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Somebody>();
  let next: Somebody | 'denies' = 'denies';

  const provider = new Provider(issuer, {
    clients: [{ client_id: 'powernode', client_secret: 'the secret of the test', redirect_uris: [redirectUri] }],
    jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
    cookies: { keys: ['a key of the test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: async (_: unknown, id: string) => ({ accountId: id, claims: async () => claimsOf(id) }),
  });
  const answer = provider.callback();

  function claimsOf(id: string) {
    const { id: sub, ...claims } = people.get(id) ?? { id };
    return { ...claims, sub };
  }

  /** Where our configuration sends somebody to say who they are: they are who the test says. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (next === 'denies') {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    people.set(next.id, next);
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: next.id, clientId: String(params['client_id']) });
    grant.addOIDCScope('openid email profile');
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId: next.id }, consent });
  }

  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) void interact(request, response);
    else answer(request, response);
  });

  return {
    issuer,
    expect: (who: Somebody | 'denies') => (next = who),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
