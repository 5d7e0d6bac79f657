import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The port of the last run while it is still free, else a free one, so that a saved connection string usually stays true. */
export async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  const remembered = Number(await readFile(join(dataDir, 'port'), 'utf8').catch(() => ''));
  for (const candidate of [wanted, remembered]) {
    if (candidate !== undefined && Number.isInteger(candidate) && candidate > 0 && candidate < 65_536) {
      if ((await listenOnce(candidate)) !== undefined) return candidate;
      if (candidate === wanted) throw new Error(`port ${candidate} is taken`);
    }
  }
  const free = await listenOnce(0);
  if (free === undefined) throw new Error('no free port on 127.0.0.1');
  return free;
}

export async function rememberPort(dataDir: string, port: number): Promise<void> {
  await writeFile(join(dataDir, 'port'), `${port}\n`);
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
