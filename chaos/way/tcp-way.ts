import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export type TcpWay = {
  readonly port: number;
  /** Each chunk arrives so much later, in order. */
  latencyMs: number;
  connections(): number;
  /** Both ends see the connection end (FIN) or break (RST); halfOpen: neither end hears anything any more. */
  cutAll(how: 'fin' | 'rst' | 'half-open'): void;
  close(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket };

/** Carries bytes to another port, and can be cut in the three ways in which connections die. */
export async function openTcpWay(targetPort: number): Promise<TcpWay> {
  const pairs = new Set<Pair>();
  const muted = new WeakSet<Pair>();
  const way = { latencyMs: 0 };

  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = { near, far };
    pairs.add(pair);
    carry(near, far, pair);
    carry(far, near, pair);
  });

  function carry(from: Socket, to: Socket, pair: Pair): void {
    const later = (step: () => void) => {
      if (way.latencyMs === 0) step();
      else setTimeout(step, way.latencyMs);
    };
    from.on('data', (chunk) => {
      if (muted.has(pair)) return;
      later(() => {
        if (to.writable) to.write(chunk);
      });
    });
    from.on('end', () => muted.has(pair) || later(() => to.end()));
    from.on('error', () => undefined);
    from.on('close', () => {
      if (muted.has(pair)) return;
      pairs.delete(pair);
      to.destroy();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(way, {
    port: (server.address() as AddressInfo).port,
    connections: () => pairs.size,
    cutAll(how: 'fin' | 'rst' | 'half-open') {
      for (const pair of pairs) {
        if (how === 'half-open') {
          muted.add(pair);
          continue;
        }
        for (const socket of [pair.near, pair.far]) {
          if (how === 'rst') socket.resetAndDestroy();
          else socket.end();
        }
      }
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
