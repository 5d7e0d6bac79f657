import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeBlocks, read, ROOT } from './markdown.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

/** A copy of the sources beside which somebody has done what the README says. */
export type ReadmeProject = {
  readonly folder: string;
  readonly secret: string;
  /** Starts the API of the copy and gives its address; it stops with the project. */
  startApi(databaseUrl: string): Promise<string>;
  /** Runs a program of the copy until it ends or the project is removed. */
  start(program: string, args: string[], env: Record<string, string>): ChildProcess;
  remove(): Promise<void>;
};

export async function followReadme(): Promise<ReadmeProject> {
  const folder = await mkdtemp(join(tmpdir(), 'powernode-readme-'));
  const children: ChildProcess[] = [];
  for (const name of ['src', 'migrations', 'package.json', 'tsconfig.json']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(ROOT, 'libexec'), join(folder, 'libexec'));
  const [job = ''] = codeBlocks(read('README.md'), 'ts');
  for (const { path, code } of filesIn(job)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), code);
  }

  function start(program: string, args: string[], env: Record<string, string>): ChildProcess {
    const own = { PATH: process.env['PATH'] ?? '', HOME: folder, WORKER_SERVICE_TOKEN: SECRET, ...env };
    const child = spawn(program, args, { cwd: folder, env: own, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  }

  return {
    folder,
    secret: SECRET,
    start,
    async startApi(databaseUrl) {
      const env = { PORT: '0', DATABASE_URL: databaseUrl, DATA_DIR: join(folder, 'data'), WORKER_JOBS: './my-jobs' };
      const child = start(process.execPath, ['src/api-bridge/main.ts'], env);
      return `http://127.0.0.1:${await portOf(child)}`;
    },
    async remove() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The block's files: each begins with a comment that names it. */
function filesIn(block: string): { path: string; code: string }[] {
  const parts = block.split(/^\/\/ (?=my-jobs\/)/m).filter((part) => part !== '');
  return parts.map((part) => ({ path: /^my-jobs\/[\w/.-]+/.exec(part)?.[0] ?? '', code: `// ${part}` }));
}

async function portOf(child: ChildProcess): Promise<number> {
  let text = '';
  for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
    text += String(chunk);
    const port = /"port":(\d+).*"the bridge is open"/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`expected the API to open its bridge, got:\n${text}`);
}
