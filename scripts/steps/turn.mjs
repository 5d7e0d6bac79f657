import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './root.mjs';
import { say } from './say.mjs';

/**
 * Runs a step that no two set-ups may do at once, waiting for the others. Everyone first shows a claim of its own and then
 * looks for others, so there are never two at work; a claim whose process is gone counts for nothing.
 */
export async function inTurn(name, step) {
  const folder = inRoot('.setup');
  mkdirSync(folder, { recursive: true });
  const claim = join(folder, `${name}.${process.pid}.${randomUUID()}`);
  let hasSaidSo = false;
  for (;;) {
    writeFileSync(`${claim}.draft`, `${process.pid} ${birthOf(process.pid) ?? ''}\n`);
    linkSync(`${claim}.draft`, claim);
    rmSync(`${claim}.draft`);
    const rival = livingRival(folder, name, claim);
    if (rival === undefined) break;
    rmSync(claim, { force: true });
    if (!hasSaidSo) say(`waiting for process ${rival}, which does the same set-up`);
    hasSaidSo = true;
    await sleep(100 + Math.random() * 300);
  }
  try {
    return await step();
  } finally {
    rmSync(claim, { force: true });
  }
}

function livingRival(folder, name, ownClaim) {
  let rival;
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (!file.startsWith(`${name}.`) || file.endsWith('.draft') || path === ownClaim) continue;
    const [pid = '', birth = ''] = readOrEmpty(path).trim().split(' ');
    if (pid === '' || birthOf(Number(pid)) !== birth) rmSync(path, { force: true });
    else rival = pid;
  }
  return rival;
}

/** When the process was born, so that a later one with the same id is not taken for it; undefined when there is none. */
function birthOf(pid) {
  if (process.platform === 'linux') {
    const stat = readOrEmpty(`/proc/${pid}/stat`);
    return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error.code === 'EPERM' ? 'alive' : undefined;
  }
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
