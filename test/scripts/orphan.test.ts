import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

// What `npm start` is when a supervisor starts it and sends SIGTERM to the one process that it knows.
test(
  'a service ends in good order when npm’s shell died of the signal that was meant for it',
  { timeout: 30_000 },
  async () => {
    const program = `process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');`;
    const line = `node scripts/run.mjs --service node -e "${program}"; true`;
    const shell = spawn('sh', ['-c', line], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const closed = once(shell.stdout, 'close');
    shell.stdout.setEncoding('utf8');
    for await (const text of shell.stdout) {
      output += String(text);
      if (output.includes('up') && !shell.killed) shell.kill('SIGTERM');
    }
    // The pipe closes when the last process that holds it is gone: the shell, the script and the service.
    await closed;
    expect(shell.signalCode).toBe('SIGTERM');
    expect(output).toContain('asked to end');
  },
);
