import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const scripts = new URL('../../scripts/', import.meta.url);
const step = (name: string) => JSON.stringify(new URL(`steps/${name}`, scripts).href);

type Ran = { code: number; stdout: string; stderr: string };

/** Runs a few lines of JavaScript as a process of their own, as npm would. */
function runCode(code: string, env: Record<string, string> = {}): Promise<Ran> {
  return runFile(['--input-type=module', '-e', code], env);
}

function runFile(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env: { ...process.env, ...env } }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'powernode-scripts-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('an old Node is refused in one line, before anything is installed', async () => {
  const ensure = JSON.stringify(new URL('ensure.mjs', scripts).href);
  const { code, stderr, stdout } = await runCode(
    `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });
     Object.defineProperty(process, 'version', { value: 'v18.20.4' });
     await (await import(${ensure})).ensure(); console.log('went on');`,
  );
  expect({ code, stderr, stdout }).toEqual({
    code: 1,
    stderr: 'Powernode Worker needs Node.js 20 or newer, and this is v18.20.4: install a newer one.\n',
    stdout: '',
  });
});

test('two set-ups at once never do the same step together, and one that was killed does not block the others', async () => {
  const counter = join(await folder(), 'counter');
  await writeFile(counter, '0');
  const name = `test-${process.pid}-${Date.now()}`;
  const killed = await runCode(
    `const { inTurn } = await import(${step('turn.mjs')});
     await inTurn('${name}', () => process.kill(process.pid, 'SIGKILL'));`,
  );
  expect(killed.code).not.toBe(0);
  // Reading, waiting and writing loses a count whenever two of them overlap.
  const increment = `
    const { inTurn } = await import(${step('turn.mjs')});
    const { readFileSync, writeFileSync } = await import('node:fs');
    await inTurn('${name}', async () => {
      const seen = Number(readFileSync(${JSON.stringify(counter)}));
      await new Promise((resolve) => setTimeout(resolve, 30));
      writeFileSync(${JSON.stringify(counter)}, String(seen + 1));
    });`;
  await Promise.all(Array.from({ length: 6 }, () => runCode(increment)));
  expect(await readFile(counter, 'utf8')).toBe('6');
});

test('set-ups that start together agree on the secrets, which only their owner may read', async () => {
  const dataDir = await folder();
  const code = `const { ensureSecrets } = await import(${step('secrets.mjs')}); console.log(JSON.stringify(ensureSecrets()));`;
  const env = { DATA_DIR: dataDir, WORKER_SERVICE_TOKEN: '', DASHBOARD_EMAIL: '', DASHBOARD_PASSWORD: '' };
  const all = await Promise.all(Array.from({ length: 4 }, () => runCode(code, env)));
  expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
  const secrets = JSON.parse(all[0]?.stdout ?? '');
  expect(Buffer.byteLength(secrets.WORKER_SERVICE_TOKEN)).toBeGreaterThanOrEqual(32);
  expect((await stat(join(dataDir, 'secrets', 'worker-service-token'))).mode & 0o777).toBe(0o600);
  const given = await runCode(code, { ...env, WORKER_SERVICE_TOKEN: 'from the environment' });
  expect(JSON.parse(given.stdout)).not.toHaveProperty('WORKER_SERVICE_TOKEN');
});

test('one Ctrl-C that arrives from the terminal and from npm reaches a service once', async () => {
  const service = `let signals = 0; process.on('SIGINT', () => { signals += 1; });
    setTimeout(() => { console.log(signals); process.exit(3); }, 1500); console.log('up');`;
  const child = spawn(process.execPath, [new URL('run.mjs', scripts).pathname, '--service', 'node', '-e', service], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 50)); // The two arrive a moment apart.
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(output).toBe('up\n1\n');
  expect(code).toBe(3);
});

test.each([
  [[['passed', 'passed', 'skipped']], true, '2 passed, 0 failed, 1 skipped', 0],
  [[['passed', 'failed', 'todo']], false, '1 passed, 1 failed, 1 skipped', 1],
  [[['passed'], []], false, '1 passed, 1 failed, 0 skipped', 1],
  [[['passed']], false, '1 passed, 1 failed, 0 skipped', 1],
  [[], true, '0 passed, 0 failed, 0 skipped', 1],
])('a report of %j is counted as it is', async (files, success, line, code) => {
  const path = join(await folder(), 'report.json');
  const testResults = files.map((states) => ({
    status: states.length > 0 && !states.includes('failed') ? 'passed' : 'failed',
    assertionResults: states.map((status) => ({ status })),
  }));
  await writeFile(path, JSON.stringify({ success, testResults }));
  const ran = await runFile([new URL('count-tests.mjs', scripts).pathname, path]);
  expect(ran).toMatchObject({ code, stdout: `${line}\n` });
});

test('a run that left no report is a failure', async () => {
  const ran = await runFile([new URL('count-tests.mjs', scripts).pathname, join(await folder(), 'none.json')]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(/0 passed, 1 failed, 0 skipped\n$/);
});
