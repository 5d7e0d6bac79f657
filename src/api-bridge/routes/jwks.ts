import { publishedKeys, type PublicKey } from '../../process/public-keys.ts';
import type { BridgeApp } from '../http/serve-route.ts';

const CACHE_SECONDS = 300;

/** The public keys that this API verifies service tokens with; an empty list where the shared secret is the only key. */
export function installJwksRoute(app: BridgeApp, keys: readonly PublicKey[]): void {
  const document = publishedKeys(keys);
  app.get('/.well-known/jwks.json', (context) =>
    context.json(document, 200, { 'cache-control': `public, max-age=${CACHE_SECONDS}` }),
  );
}
