import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { act } from '../bugs/act.ts';
import type { Bug } from '../bugs/bug.ts';
import { BUGS } from '../bugs/catalogue.ts';
import { SCENARIOS } from '../bugs/scenarios.ts';
import { tellStory } from '../check/story.ts';

/**
 * Every scenario with the sources as they are must pass, and with each seeded bug it must not: that is how the checker
 * is checked. `names` picks bugs; without bugs only the scenarios are played.
 */
export async function runBugs(names: readonly string[], say: (line: string) => void): Promise<boolean> {
  const unknown = names.filter((name) => name !== 'none' && !BUGS.some((bug) => bug.name === name));
  if (unknown.length > 0)
    throw new Error(
      `expected none, or bugs out of ${BUGS.map(({ name }) => name).join(', ')}; got ${unknown.join(', ')}`,
    );
  const bugs = names.length === 0 ? BUGS : BUGS.filter(({ name }) => names.includes(name));
  const scenarios =
    names.length === 0 || names.includes('none')
      ? Object.keys(SCENARIOS)
      : [...new Set(bugs.map(({ scenario }) => scenario))];
  const folder = await mkdtemp(join(tmpdir(), 'powernode-bugs-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    settings: { fsync: 'off', max_connections: '100' },
  });
  try {
    const sound = await inPairs(scenarios, async (scenario) => {
      const { violations, events, final } = await act(postgres.url, folder, scenario, undefined);
      say(`${violations.length === 0 ? '✔' : '✘'} sound   ${scenario}`);
      for (const violation of violations) say(tellStory(violation, events, final));
      return violations.length === 0;
    });
    const caught = await inPairs(bugs, async (bug: Bug) => {
      const { violations } = await act(postgres.url, folder, bug.scenario, bug.name);
      const rules = [...new Set(violations.map(({ rule }) => rule))];
      say(`${rules.length > 0 ? '✔ caught ' : '✘ MISSED '} ${bug.name.padEnd(42)} ${rules.join('; ')}`);
      return rules.length > 0;
    });
    say(
      `${sound.filter(Boolean).length} of ${scenarios.length} scenarios sound, ${caught.filter(Boolean).length} of ${bugs.length} bugs caught`,
    );
    return sound.every(Boolean) && caught.every(Boolean);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two at a time: most of a scenario is waiting for a lease to end. */
async function inPairs<T>(items: readonly T[], step: (item: T) => Promise<boolean>): Promise<boolean[]> {
  const rest = [...items];
  const results: boolean[] = [];
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) results.push(await step(item));
  };
  await Promise.all([work(), work()]);
  return results;
}
