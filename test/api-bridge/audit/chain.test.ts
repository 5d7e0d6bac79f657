import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSealKey, readAnchor, writeAnchor } from '../../../src/api-bridge/audit/seal-key.ts';
import { createAuditSealer, type AuditSealer } from '../../../src/api-bridge/audit/sealer.ts';
import { verifyChain } from '../../../src/api-bridge/audit/verify-chain.ts';
import { audit } from '../../../src/api-bridge/audit/write-audit.ts';
import { applyMigrations } from '../../../src/api-bridge/db/migrate.ts';
import { createPool, type Pool } from '../../../src/api-bridge/db/pool.ts';
import { withTransaction } from '../../../src/api-bridge/db/transaction.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const seal = createSealKey({ current: 'a secret of the tests' });
const ann = { type: 'operator', name: 'ann', role: 'admin', seesPayloads: true } as const;

let database: TestDatabase;
let pool: Pool;
let sealer: AuditSealer;

beforeEach(async () => {
  database = await createDatabase();
  pool = createPool({ url: database.url, max: 10, applicationName: 'test' }, log);
  await applyMigrations(pool, 'migrations');
  sealer = createAuditSealer({ pool, key: seal, log });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function write(count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    await audit(pool, ann, {
      action: 'job.retry',
      target: `Größe ${each}\n3:abc`,
      ...(each % 2 === 0 ? { reason: 'weil', count: each, detail: { b: 1.5e-7, ä: ['x', null], big: 2 ** 53 } } : {}),
    });
  }
}
/** What somebody does who owns the database: the triggers are no hindrance. */
async function tamper(sql: string): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query(`SET LOCAL session_replication_role = replica; ${sql}`);
  });
}
/** Makes every hash fit again from an entry on, as the trigger would have. */
const REHASH = `
  DO $$ DECLARE e worker_api.audit; p bytea := sha256(''); BEGIN
    FOR e IN SELECT * FROM worker_api.audit ORDER BY id LOOP
      e.prev_hash := p; p := worker_api.audit_hash(e);
      UPDATE worker_api.audit SET prev_hash = e.prev_hash, hash = p WHERE id = e.id;
    END LOOP; END $$`;
const verify = (anchor?: string) =>
  verifyChain(pool, { seal, rowsAtOnce: 7, ...(anchor === undefined ? {} : { anchor: readAnchor(anchor) }) });

describe('the chain', () => {
  it('is one chain without a gap although replicas write at once and some take their entry back', async () => {
    await Promise.allSettled(
      Array.from({ length: 40 }, (_, each) =>
        withTransaction(pool, async (client) => {
          await audit(client, ann, { action: 'race', target: String(each) });
          if (each % 4 === 0) throw new Error('rolled back');
        }),
      ),
    );
    expect(await verify()).toMatchObject({ rows: 30, broken: undefined, head: { id: 30 } });
  });

  it('hashes in the database as we do, whatever an entry holds', async () => {
    await write(20);
    expect(await verify()).toMatchObject({ rows: 20, broken: undefined });
  });

  it.each([
    ['a changed reason', "UPDATE worker_api.audit SET reason = 'harmless' WHERE id = 5", 5],
    ['a changed time', "UPDATE worker_api.audit SET at = at - interval '1 second' WHERE id = 6", 6],
    [
      'a field moved into its neighbour',
      'UPDATE worker_api.audit SET target = reason, reason = target WHERE id = 7',
      7,
    ],
    ['a deleted entry', 'DELETE FROM worker_api.audit WHERE id = 8', 8],
    ['a deleted beginning', 'DELETE FROM worker_api.audit WHERE id < 4', 1],
    ['an entry put in', 'UPDATE worker_api.audit SET id = 21 WHERE id = 20', 20],
  ])('names the first entry that is not whole: %s', async (_, sql, id) => {
    await write(20);
    await tamper(sql);
    expect((await verify()).broken).toMatchObject({ id });
  });

  it('cannot be changed by a statement, not even by its owner', async () => {
    await write(2);
    for (const sql of [
      'UPDATE worker_api.audit SET reason = NULL',
      'DELETE FROM worker_api.audit',
      'TRUNCATE worker_api.audit',
    ])
      await expect(pool.query(sql)).rejects.toThrow('append-only');
  });

  it('takes what was written before there was a chain into it', async () => {
    const old = await createDatabase();
    const before = createPool({ url: old.url, max: 2, applicationName: 'test' }, log);
    const folder = await mkdtemp(join(tmpdir(), 'powernode-migrations-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const earlier = (await readdir('migrations')).filter((file) => file < '008');
    for (const file of earlier) await copyFile(join('migrations', file), join(folder, file));
    await applyMigrations(before, folder);
    for (const target of ['a', 'b', 'c'])
      await before.query(`INSERT INTO worker_api.audit (actor, action, target) VALUES ('x', 'y', $1)`, [target]);
    await before.query(`DELETE FROM worker_api.audit WHERE target = 'b'`);
    await applyMigrations(before, 'migrations');
    await audit(before, ann, { action: 'new', target: 'd' });
    expect(await verifyChain(before, { seal })).toMatchObject({ rows: 3, broken: undefined });
    await before.end();
    await old.drop();
  });
});

describe('a chain that was written anew from an entry on', () => {
  it('is found by what the API signed', async () => {
    await write(10);
    await sealer.seal();
    await tamper(`UPDATE worker_api.audit SET reason = 'harmless' WHERE id = 5; ${REHASH}`);
    expect((await verify()).broken).toEqual({ id: 10, why: expect.stringContaining('signed another hash') });
  });

  it('is found when its signatures were taken away, too, and is not signed again', async () => {
    await write(10);
    expect((await sealer.seal()).sealed).toMatchObject({ id: 10 });
    await tamper(
      `UPDATE worker_api.audit SET reason = 'x' WHERE id = 5; ${REHASH}; DELETE FROM worker_api.audit_checkpoint`,
    );
    expect((await sealer.seal()).broken).toMatchObject({ id: 10 });
    await write(1);
    expect((await sealer.seal()).broken).toMatchObject({ id: 10 });
    expect(await pool.query('SELECT 1 FROM worker_api.audit_checkpoint')).toMatchObject({ rowCount: 0 });
  });

  it('is found when it was signed with a key that is not ours', async () => {
    await write(10);
    await createAuditSealer({ pool, key: createSealKey({ current: 'guessed' }), log }).seal();
    expect((await verify()).broken).toMatchObject({ id: 10, why: expect.stringContaining('not ours') });
  });
});

describe('an end that was cut off', () => {
  it('is found by what the API signed', async () => {
    await write(10);
    await sealer.seal();
    await tamper('DELETE FROM worker_api.audit WHERE id > 8');
    expect((await verify()).broken).toMatchObject({ id: 9 });
  });

  it('is found by an anchor kept elsewhere, although every signature is gone', async () => {
    await write(10);
    const { head } = await verify();
    if (head === undefined) throw new Error('expected a head');
    expect((await verify(writeAnchor(head))).broken).toBeUndefined();
    await tamper('DELETE FROM worker_api.audit WHERE id > 8');
    expect((await verify()).broken).toBeUndefined();
    expect((await verify(writeAnchor(head))).broken).toMatchObject({ id: 9 });
    await write(2);
    expect((await verify(writeAnchor(head))).broken).toMatchObject({ id: 10 });
  });
});

it('signs again after a rotation, and what was signed before still holds', async () => {
  await write(3);
  await sealer.seal();
  const rotated = createSealKey({ current: 'the new secret', previous: 'a secret of the tests' });
  await write(3);
  await createAuditSealer({ pool, key: rotated, log }).seal();
  expect(await verifyChain(pool, { seal: rotated })).toMatchObject({ rows: 6, sealed: { id: 6 }, broken: undefined });
  const later = createSealKey({ current: 'the new secret' });
  expect(await verifyChain(pool, { seal: later })).toMatchObject({ sealed: { id: 6 }, broken: undefined });
});
