import * as client from 'openid-client';
import { z } from 'zod';
import type { Logger } from '../../process/logger.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { OidcSettings } from './oidc-env.ts';

const TIMEOUT_SECONDS = 8;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

export type Proof = { readonly state: string; readonly nonce: string; readonly verifier: string };
/** What the identity provider says of somebody. */
export type Identity = {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
};

export type IdentityProvider = {
  /** Where the browser is to be sent, and what proves later that the answer belongs to this sign-in. */
  begin(): Promise<{ readonly url: string; readonly proof: Proof }>;
  /** Redeems what the browser brought back. Throws sign_in_refused with a reason for people, or unavailable. */
  redeem(callback: URLSearchParams, proof: Proof): Promise<Identity>;
};

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  email: z.email().max(320).optional(),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
});

/** The code flow with PKCE, state and nonce; the client secret stays here, the browser and the dashboard never see it. */
export function createIdentityProvider(settings: OidcSettings, log: Logger): IdentityProvider {
  let known: Promise<client.Configuration> | undefined;

  async function discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret, clientAuth } = settings;
    const auth = clientAuth === 'basic' ? client.ClientSecretBasic : client.ClientSecretPost;
    return await client.discovery(issuer, clientId, {}, auth(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      // Tokens over plain http are readable on the way; on this very machine there is no way.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only to be noticed, says its documentation
      execute: LOOPBACK.test(issuer.hostname) ? [client.allowInsecureRequests] : [],
    });
  }

  async function configuration(): Promise<client.Configuration> {
    try {
      return await (known ??= discover());
    } catch (error) {
      known = undefined;
      log.error({ err: error, issuer: settings.issuer.href }, 'the identity provider cannot be reached');
      throw new BridgeError('unavailable', 'the identity provider does not answer; try again, or use a password', {
        retryAfterSeconds: 10,
        cause: error,
      });
    }
  }

  return {
    async begin() {
      const config = await configuration();
      const proof = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: settings.redirectUrl.href,
        scope: settings.scope,
        state: proof.state,
        nonce: proof.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(proof.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, proof };
    },

    async redeem(callback, { state, nonce, verifier }) {
      const config = await configuration();
      const current = new URL(settings.redirectUrl);
      current.search = callback.toString();
      try {
        const tokens = await client.authorizationCodeGrant(config, current, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const inToken = claimsSchema.parse(tokens.claims());
        const asked = config.serverMetadata().userinfo_endpoint !== undefined && !isComplete(inToken, settings);
        const more = asked ? await client.fetchUserInfo(config, tokens.access_token, inToken.sub) : {};
        return identityOf({ ...more, ...inToken });
      } catch (error) {
        if (error instanceof BridgeError) throw error;
        log.warn({ err: error }, 'somebody could not be signed in through the identity provider');
        throw new BridgeError('sign_in_refused', reasonOf(error), { cause: error });
      }
    },
  };
}

function isComplete(claims: Readonly<Record<string, unknown>>, { roleClaim }: OidcSettings): boolean {
  return claims['email'] !== undefined && claims[roleClaim] !== undefined;
}

function identityOf(merged: unknown): Identity {
  const { iss, sub, email, email_verified: emailVerified = false, ...claims } = claimsSchema.parse(merged);
  if (email === undefined) {
    throw new BridgeError(
      'sign_in_refused',
      'the identity provider did not tell your e-mail: its scope must be granted',
    );
  }
  return { issuer: iss, subject: sub, email, emailVerified, claims: { ...claims, sub, email } };
}

/** What a person is told; the log has the rest. */
function reasonOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError) {
    return error.error === 'access_denied'
      ? 'you were not let in by the identity provider, or cancelled there'
      : `the identity provider refused: ${error.error.slice(0, 80)}`;
  }
  return 'what the identity provider answered does not hold; begin again';
}
