import { spawn, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { nodeBinary } from './packages.mjs';
import { inRoot, root } from './root.mjs';
import { giveUp } from './say.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const sameSignalMs = 700;
const parentCheckMs = 500;

/** Runs a program with the project's own Node and tools first on PATH, and ends as it ends. */
export function runCommand([program, ...args], { variables, isService }) {
  const file = program === 'node' ? nodeBinary() : program;
  const wrapper = isService && endsWithParent() ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];
  const [command, ...rest] = [...wrapper, file, ...args];
  const child = spawn(command, rest, {
    cwd: root,
    stdio: 'inherit',
    // Ctrl-C reaches every process of the terminal's group, and npm passes it on once more. A service counts signals (the
    // second one hurries), so it stands outside the group and gets each of them from here, once.
    detached: isService,
    env: {
      ...process.env,
      ...variables,
      PATH: `${inRoot('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    },
    shell: process.platform === 'win32',
  });
  // npm starts us through a shell. Asked to end, npm asks that shell, which dies and passes nothing on.
  const parent = process.ppid;
  const orphanWatch = setInterval(() => {
    if (!isService || process.ppid === parent) return;
    clearInterval(orphanWatch);
    child.kill('SIGTERM');
  }, parentCheckMs);
  let lastSignalAt = -Infinity;
  for (const signal of signals) {
    process.on(signal, () => {
      if (!isService && signal === 'SIGINT') return;
      if (performance.now() - lastSignalAt < sameSignalMs) return;
      lastSignalAt = performance.now();
      child.kill(signal);
    });
  }
  child.on('error', (error) => giveUp(`${program} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** Whether the kernel can be asked to end the service when this process is killed and can pass nothing on any more. */
function endsWithParent() {
  return (
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' }).status === 0
  );
}
