import type { Random } from '../random.ts';
import type { Child } from './child.ts';
import { startWorker, type WorkerSeat } from './start-worker.ts';

const FIVE_MINUTES_MS = 300_000;

export type Crew = ReturnType<typeof hireCrew>;

/** The workers of a run: each seat is taken again by a new process when its worker was killed or has ended. */
export function hireCrew(url: string, random: Random, { scripted, real }: { scripted: number; real: number }) {
  const seats = Array.from({ length: scripted + real }, (_, n): WorkerSeat => {
    const kind = n < scripted ? 'scripted' : 'real';
    // Every clock is off, by up to five minutes either way.
    return {
      kind,
      name: `${kind}-${n}`,
      slots: kind === 'real' ? 8 : 16,
      skewMs: random.between(-FIVE_MINUTES_MS, FIVE_MINUTES_MS),
    };
  });
  const turns = seats.map(() => 0);
  const seed = random.between(1, 1_000_000);

  function start(at: number): Child {
    const seat = seats[at];
    if (seat === undefined) throw new Error(`expected a seat ${at}`);
    turns[at] = (turns[at] ?? 0) + 1;
    return startWorker(url, seat, turns[at], seed + at * 1000);
  }

  const children = seats.map((_, at) => start(at));
  const nameOf = (at: number) => `${seats[at]?.name ?? ''}.${turns[at] ?? 0}`;

  return {
    size: seats.length,
    nameOf,
    child: (at: number): Child => {
      const child = children[at];
      if (child === undefined) throw new Error(`expected a worker at seat ${at}`);
      return child;
    },
    async replace(at: number, signal: NodeJS.Signals): Promise<void> {
      await children[at]?.end(signal);
      children[at] = start(at);
    },
    /** Ends that nobody asked for. */
    ended: () => children.flatMap((child, at) => (child.hasEnded() ? [`${nameOf(at)}: ${child.output()}`] : [])),
    async dismiss(): Promise<void> {
      await Promise.all(children.map((child) => child.end('SIGTERM')));
    },
  };
}
