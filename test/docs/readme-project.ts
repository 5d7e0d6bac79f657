import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeBlocks, read, ROOT } from './markdown.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

/** A copy of the sources in which somebody has done what the README says. */
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
  await register(folder);

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
      const env = { PORT: '0', DATABASE_URL: databaseUrl, DATA_DIR: join(folder, 'data') };
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
  const parts = block.split(/^\/\/ (?=src\/)/m).filter((part) => part !== '');
  return parts.map((part) => ({ path: /^src\/[\w/.-]+/.exec(part)?.[0] ?? '', code: `// ${part}` }));
}

/** "listed in CATALOGUE" and "listed in createJobs". */
async function register(folder: string): Promise<void> {
  const change = async (path: string, edits: readonly (readonly [RegExp, string])[]) => {
    let text = await readFile(join(folder, path), 'utf8');
    for (const [from, to] of edits) {
      if (!from.test(text)) throw new Error(`expected ${String(from)} in ${path}, got a file without it`);
      text = text.replace(from, to);
    }
    await writeFile(join(folder, path), text);
  };
  await change('src/contract/catalogue/index.ts', [
    [/^/, "import { greetJob } from './demo.ts';\n"],
    [/(CATALOGUE: readonly JobDeclaration\[\] = \[)/, '$1greetJob, '],
  ]);
  await change('src/jobs/index.ts', [
    [/^/, "import { greet } from './demo/greet.ts';\n"],
    [/(definitions: \[)/, '$1greet, '],
  ]);
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
