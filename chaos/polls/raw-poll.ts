import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type RawPoll = {
  readonly claimId: string;
  /** Jobs of the answer, once it has arrived whole; undefined before. */
  answer(): any[] | undefined;
  answered: Promise<unknown>;
  /** `fin`: as a process that ends; `rst`: as one that breaks. */
  kill(how: 'fin' | 'rst'): void;
};

type Options = {
  readonly port: number;
  readonly workerId: string;
  readonly token: string;
  readonly claimId: string;
  readonly queue: string;
};

/** One long poll on a connection of its own, which can be killed as the system kills it. */
export async function openRawPoll({ port, workerId, token, claimId, queue }: Options): Promise<RawPoll> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const { promise: answered, resolve } = Promise.withResolvers<unknown>();
  let text = '';
  let jobs: any[] | undefined;
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(undefined));
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const [head = '', body] = text.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (body === undefined || Buffer.byteLength(body) < length) return;
    jobs = body === '' ? [] : JSON.parse(body).data.jobs;
    resolve(undefined);
  });
  await once(socket, 'connect');
  const body = JSON.stringify({ claimId, queues: [queue], limit: 1, waitSeconds: 25 });
  const head = [
    `POST /api/v1/workers/${workerId}/claim HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return {
    claimId,
    answered,
    answer: () => jobs,
    kill: (how) => (how === 'rst' ? socket.resetAndDestroy() : socket.destroy()),
  };
}
