import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase } from '../../support/postgres.ts';

test('two databases of one run do not see each other', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  await client.query('create table only_here (id int)');
  await client.end();
  const other = new pg.Client({ connectionString: two.url });
  await other.connect();
  await expect(other.query('select * from only_here')).rejects.toThrow('does not exist');
  await other.end();
  await Promise.all([one.drop(), two.drop()]);
});
