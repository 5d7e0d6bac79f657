import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SECRET, startReplica } from '../chaos/stage/replica.ts';
import { startEmbeddedPostgres } from '../src/api-bridge/embedded/start-embedded-postgres.ts';
import { runFuzz } from './run-fuzz.ts';

const MAY_GROW_MB = 96;

/** `npm run fuzz -- --minutes 5 --seed 7`: the same seed sends the same requests; a finding names the one at fault. */
async function main(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('expected --minutes above 0 and a whole --seed');
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const folder = await mkdtemp(join(tmpdir(), 'powernode-fuzz-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  // Long leases: what the requests need shall still be there when they come.
  const env = { LEASE_SECONDS: '600', CONFIRM_SECONDS: '60', HEARTBEAT_SECONDS: '4' };
  const replica = await startReplica({ databaseUrl: postgres.url, folder, env });
  const pid = replica.child().process.pid ?? 0;
  const endsAt = performance.now() + minutes * 60_000;
  const warmAt = performance.now() + minutes * 20_000;
  let warmMb: number | undefined;
  try {
    say(`fuzzing every operation for ${minutes} min, seed ${seed}`);
    const { sent, statuses, findings } = await runFuzz({
      url: replica.url,
      secret: SECRET,
      seed,
      more() {
        if (warmMb === undefined && performance.now() > warmAt) warmMb = residentMb(pid);
        return performance.now() < endsAt && !replica.child().hasEnded();
      },
    });
    const grownMb = warmMb === undefined ? 0 : residentMb(pid) - warmMb;
    say(
      `${sent} requests: ${Object.entries(statuses)
        .map(([status, count]) => `${status} × ${count}`)
        .join(', ')}`,
    );
    say(`memory: ${residentMb(pid)} MB, ${grownMb >= 0 ? '+' : ''}${grownMb} MB since a third of the time`);
    for (const { number, title, what, request } of findings)
      say(`✘ request ${number}, ${title}: ${what}\n    ${request}`);
    if (findings.length > 0) say(`the last lines of the api:\n${replica.child().output()}`);
    if (replica.child().hasEnded()) say(`✘ the api ended:\n${replica.child().output()}`);
    if (grownMb > MAY_GROW_MB) say(`✘ memory grew by more than ${MAY_GROW_MB} MB`);
    const isWell = findings.length === 0 && !replica.child().hasEnded() && grownMb <= MAY_GROW_MB;
    say(isWell ? '✔ no 5xx, no hang, nothing told of the inside, memory flat' : '✘ see above');
    return isWell;
  } finally {
    await replica.child().end('SIGTERM');
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the process holds, where the system says so. */
function residentMb(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

process.exit((await main(process.argv.slice(2))) ? 0 : 1);
