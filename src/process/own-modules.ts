import { registerHooks } from 'node:module';

const HERE = import.meta.url;
const ENDING = HERE.endsWith('.ts') ? 'ts' : 'js';
/** What a user's modules import of the product: this very copy of it, so that its errors are known for what they are. */
const OWN: ReadonlyMap<string, string> = new Map([
  ['powernode-worker/jobs', new URL(`../jobs/authoring.${ENDING}`, HERE).href],
  ['powernode-worker/testing', new URL(`../jobs/testing/index.${ENDING}`, HERE).href],
]);

let given = false;

/**
 * From now on modules anywhere find `powernode-worker/jobs`, and zod where they have none of their own: a folder with
 * jobs needs no package.json and no installation. A `.ts` file that does not say what it is, is a module.
 */
export function giveOwnModules(): void {
  if (given) return;
  given = true;
  registerHooks({
    resolve(specifier, context, next) {
      const own = OWN.get(specifier);
      if (own !== undefined) return { url: own, shortCircuit: true };
      const found = resolveOr(
        () => next(specifier, context),
        specifier,
        () => next(specifier, { ...context, parentURL: HERE }),
      );
      const isUntold = found.url.endsWith('.ts') && (found.format === undefined || found.format === null);
      return isUntold ? { ...found, format: 'module-typescript' } : found;
    },
  });
}

function resolveOr<Found>(find: () => Found, specifier: string, findHere: () => Found): Found {
  try {
    return find();
  } catch (error) {
    if (specifier === 'zod' || specifier.startsWith('zod/')) return findHere();
    throw error;
  }
}
