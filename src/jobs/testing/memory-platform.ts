import type { PlatformClients } from '../clients/create-clients.ts';

/** The clients that a test gives; one that it did not give throws when the handler takes it, and says which. */
export function memoryPlatform(given: Partial<PlatformClients> = {}): PlatformClients {
  function take<Key extends keyof PlatformClients>(key: Key): PlatformClients[Key] {
    const client: PlatformClients[Key] | undefined = given[key];
    if (client === undefined)
      throw new Error(`expected the test to give ctx.platform.${key}: give a platform to runJob`);
    return client;
  }
  return {
    get backend() {
      return take('backend');
    },
    get api() {
      return take('api');
    },
    get llm() {
      return take('llm');
    },
    get scopes() {
      return take('scopes');
    },
  };
}
