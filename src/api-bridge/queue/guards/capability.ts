import type { Catalogue } from '../../../contract/catalogue/index.ts';

/** What a worker may be given. Workers of the same `mark` may run the same jobs and are served together. */
export type Capability = { readonly mark: string; readonly barred: ReadonlySet<string> };

export const ABLE: Capability = { mark: '', barred: new Set() };

export type Labels = Readonly<Record<string, string>>;

/**
 * Tells by a worker's labels which jobs it must not be given: those that require a label which it lacks, or has with
 * another value. While no job requires any, everybody is able and nothing is looked at.
 */
export function createCapabilities(catalogue: Catalogue): (labels: Labels) => Capability {
  const demanding = catalogue.jobs.flatMap(({ name, labels = {} }) => {
    const required = Object.entries(labels);
    return required.length === 0 ? [] : [{ name, required }];
  });
  const known = new Map<string, Capability>([[ABLE.mark, ABLE]]);

  return (labels) => {
    if (demanding.length === 0) return ABLE;
    const barred = demanding
      .filter(({ required }) => required.some(([label, value]) => labels[label] !== value))
      .map(({ name }) => name);
    const mark = barred.join('\n');
    const capability = known.get(mark) ?? { mark, barred: new Set(barred) };
    known.set(mark, capability);
    return capability;
  };
}
