import { describe, expect, it } from 'vitest';
import { retryDelaySeconds } from '../../src/api-bridge/queue/retry-delay.ts';
import { jobState } from '../../src/contract/fields.ts';
import { attemptView } from '../../src/contract/job.ts';
import { directive, workerStatus } from '../../src/contract/worker.ts';
import { outcome, verdict } from '../../src/contract/settlement.ts';
import { codeBlocks, read, tableRows } from './markdown.ts';

const page = read('docs/job-lifecycle.md');
const states = [...jobState.options].toSorted();

describe('docs/job-lifecycle.md and the code agree on', () => {
  it('the states, in the diagram and in the table', () => {
    const [diagram = ''] = codeBlocks(page, 'mermaid');
    const moves = [...diagram.matchAll(/^ +(\S+) --> (\w+|\[\*\])/gm)].flatMap(([, from = '', to = '']) => [from, to]);
    expect([...new Set(moves)].filter((state) => state !== '[*]').toSorted()).toEqual(states);
    expect(
      tableRows(page, 'state')
        .map(([state]) => state)
        .toSorted(),
    ).toEqual(states);
  });

  it('the delays after a failure', () => {
    const rows = new Map(tableRows(page, 'error').map(([error = '', delay = '']) => [error, delay]));
    const apiError = { message: 'm', name: 'BridgeCallError' };
    const delays = [1, 2, 3, 4, 5].map((attempt) => retryDelaySeconds({ kind: 'standard' }, attempt, apiError));
    expect(delays).toEqual([30, 60, 180, 300, 300]);
    expect(rows.get('of the API (BridgeCallError, ApiError)')).toBe('30, 60, 180, then 300 s');
    const other = (random: number) => retryDelaySeconds({ kind: 'standard' }, 3, { message: 'm' }, () => random);
    expect([other(0), other(0.999_999)]).toEqual([3 ** 4 + 15, 3 ** 4 + 15 + 29 * 4]);
    expect(rows.get('any other')).toBe('attempt⁴ + 15 + (0 to 29) × (attempt + 1) s');
    expect(retryDelaySeconds({ kind: 'none' }, 1, apiError)).toBeUndefined();
    expect(rows.get('policy none')).toMatch(/^never/);
  });
});

describe('docs/glossary.md', () => {
  const glossary = read('docs/glossary.md');
  const terms = tableRows(glossary, 'term').map(([term = '']) => term);

  it('is in order and names nothing twice', () => {
    expect(terms.length).toBeGreaterThan(40);
    expect(terms).toEqual([...new Set(terms)].toSorted((a, b) => a.localeCompare(b, 'en')));
  });

  it('or the protocol explains every word that the wire uses for states', () => {
    const words = [
      ...states,
      ...verdict.options,
      ...directive.options,
      ...workerStatus.options,
      ...attemptView.shape.outcome.options,
      ...outcome.options.map((option) => option.shape.type.value),
    ];
    const explained = `${glossary}\n${read('docs/protocol.md')}`;
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(explained))).toEqual([]);
  });
});
