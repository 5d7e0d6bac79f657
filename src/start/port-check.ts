import { createServer } from 'node:net';
import { StartFault } from './start-fault.ts';

/** Refuses a port that another program listens on, naming the variable that moves it. */
export async function expectFreePort(port: number, variable: string): Promise<void> {
  const code = await tryToListen(port);
  if (code === undefined) return;
  const reason = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be opened (${code})`;
  throw new StartFault(
    `Port ${port} ${reason}: set ${variable} to a free port, e.g. ${variable}=${port + 1} npm start`,
  );
}

function tryToListen(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
