import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from '../history/record.ts';
import type { Random } from '../random.ts';
import type { Crew } from '../stage/crew.ts';
import { INTERVALS } from '../stage/replica.ts';
import type { Stage } from '../stage/stage.ts';
import { ROUGH } from '../way/weather.ts';
import type { FaultKind } from './plan.ts';

const LONGER_THAN_A_LEASE_MS = INTERVALS.leaseSeconds * 1000 + 1_500;

/** Does one fault to the stage, waits until it is over, and tells the history. */
export async function inflict(kind: FaultKind, stage: Stage, crew: Crew, dice: Random): Promise<void> {
  const startedMs = machineMs();
  const target = await FAULTS[kind](stage, crew, dice);
  stage.recorder.add({ op: 'fault', kind, target, startedMs, endedMs: machineMs() });
}

type Fault = (stage: Stage, crew: Crew, dice: Random) => Promise<string>;

const FAULTS: Readonly<Record<FaultKind, Fault>> = {
  async 'kill-worker'(_, crew, dice) {
    const at = dice.between(0, crew.size - 1);
    const name = crew.nameOf(at);
    await crew.replace(at, 'SIGKILL');
    return name;
  },
  async 'freeze-worker'(_, crew, dice) {
    const at = dice.between(0, crew.size - 1);
    await crew.child(at).freeze(LONGER_THAN_A_LEASE_MS);
    return crew.nameOf(at);
  },
  async 'kill-replica'({ replicas }, _, dice) {
    const replica = dice.pick(replicas);
    await replica.child().end('SIGKILL');
    await pause(dice.between(0, 500));
    await replica.start();
    return replica.url;
  },
  async 'freeze-replica'({ replicas }, _, dice) {
    const replica = dice.pick(replicas);
    await replica.child().freeze(dice.between(1_000, LONGER_THAN_A_LEASE_MS));
    return replica.url;
  },
  async 'restart-postgres'({ postgres }) {
    await postgres.restart();
    return 'PostgreSQL';
  },
  async 'terminate-backends'(stage) {
    await stage.withDatabase((db) =>
      db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'powernode%' OR application_name LIKE 'pgboss%'`,
      ),
    );
    return 'every connection of the replicas';
  },
  /** A table lock makes every connection of the pools wait, until there is none left. */
  async 'starve-pool'(stage, _, dice) {
    await stage.withDatabase(async (db) => {
      await db.query('BEGIN');
      await db.query(`SET LOCAL lock_timeout = '3s'`);
      await db.query('LOCK TABLE worker_api.attempt IN ACCESS EXCLUSIVE MODE').catch(() => undefined);
      await pause(dice.between(1_000, 4_000));
      await db.query('ROLLBACK');
    });
    return 'the pools';
  },
  async 'cut-database'({ databaseWay }, _, dice) {
    databaseWay.cutAll(dice.pick(['fin', 'rst']));
    return 'every connection of the replicas';
  },
  async 'slow-database'({ databaseWay }, _, dice) {
    databaseWay.latencyMs = dice.between(10, 60);
    await pause(dice.between(1_000, 3_000));
    databaseWay.latencyMs = 0;
    return 'PostgreSQL';
  },
  async 'cut-wire'({ way }, _, dice) {
    way.weather = { ...ROUGH, cut: true };
    await pause(dice.between(500, 3_000));
    way.weather = ROUGH;
    return 'every client';
  },
  async storm({ way }, _, dice) {
    way.weather = { loseCall: 0.15, loseAnswer: 0.2, duplicate: 0.2, delay: 0.3, mostDelayMs: 1_500, cut: false };
    await pause(dice.between(1_000, 3_000));
    way.weather = ROUGH;
    return 'every client';
  },
};
