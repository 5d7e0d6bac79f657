import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { type Batch, createBatches, type Kind, KINDS } from '../polls/kill-batch.ts';
import { createRandom } from '../random.ts';
import { startReplica } from '../stage/replica.ts';

/** What the protocol promises by default. */
const CONFIRM_SECONDS = 5;
/**
 * Whoever is told of a broken connection does not wait for the confirmation that will not come: well below it, however
 * busy the machine is. The promise of 100 ms is printed beside it, and holds where the machine has time.
 */
const AT_ONCE_MS = 2_500;
const LIMITS_MS: Readonly<Record<Kind, number>> = {
  fin: AT_ONCE_MS,
  rst: AT_ONCE_MS,
  // An answer that lay with the system when its process was killed counts as received, until nobody confirms it.
  sigkill: CONFIRM_SECONDS * 1000 + AT_ONCE_MS,
  'half-open': CONFIRM_SECONDS * 1000 + AT_ONCE_MS,
  'lost-answer': AT_ONCE_MS,
};

/** So many polls of each kind are killed at the moment when their jobs come; nothing may be swallowed, and nothing burnt. */
export async function runPolls(
  { polls, seed }: { polls: number; seed: number },
  say: (line: string) => void,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-polls-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  const env = { CONFIRM_SECONDS: String(CONFIRM_SECONDS), LEASE_SECONDS: '12', HEARTBEAT_SECONDS: '4' };
  const replica = await startReplica({ databaseUrl: postgres.url, folder, env });
  const { register, run } = createBatches(replica.url, createRandom(seed));
  let isSound = true;
  try {
    await register();
    await run('fin', 20); // the first ones find everything cold
    say('kind         kills  delivered  p50 ms  p99 ms  most ms  burnt  swallowed or wrong');
    for (const kind of KINDS) {
      const batches: Batch[] = [];
      const size = kind === 'half-open' ? 250 : 50;
      for (let done = 0; done < polls; done += size) batches.push(await run(kind, Math.min(size, polls - done)));
      isSound = report(kind, polls, batches, say) && isSound;
    }
    say(isSound ? '✔ no job was swallowed, no attempt burnt' : '✘ see above');
    return isSound;
  } finally {
    await replica.child().end('SIGTERM');
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function report(kind: Kind, kills: number, batches: readonly Batch[], say: (line: string) => void): boolean {
  const waits = batches.flatMap(({ waitsMs }) => waitsMs).sort((a, b) => a - b);
  const at = (share: number) => Math.round(waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0);
  const sum = (pick: (batch: Batch) => number) => batches.reduce((all, batch) => all + pick(batch), 0);
  const [burnt, wrong, most] = [sum((batch) => batch.burnt), sum((batch) => batch.wrong), at(1)];
  const isSound = burnt === 0 && wrong === 0 && most <= LIMITS_MS[kind];
  const cells = [kills, sum((batch) => batch.delivered), at(0.5), at(0.99), most, burnt, wrong].map((cell, n) =>
    String(cell).padStart([5, 9, 6, 6, 7, 5, 18][n] ?? 0),
  );
  say(`${isSound ? '✔' : '✘'} ${kind.padEnd(11)}${cells.join('  ')}`);
  return isSound;
}
