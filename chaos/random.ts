export type Random = {
  /** From 0 up to and without 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  pick<T>(values: readonly T[]): T;
  shuffled<T>(values: readonly T[]): T[];
  /** Another sequence that depends on this seed and on the name only, so that one actor's dice never move another's. */
  fork(name: string): Random;
};

/** The same numbers for the same seed, everywhere (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const random: Random = {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (share) => next() < share,
    pick(values) {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('expected something to pick from, got nothing');
      return value;
    },
    shuffled(values) {
      const rest = [...values];
      for (let at = rest.length - 1; at > 0; at -= 1) {
        const other = Math.floor(next() * (at + 1));
        const [one, two] = [rest[at], rest[other]];
        if (one !== undefined && two !== undefined) [rest[at], rest[other]] = [two, one];
      }
      return rest;
    },
    fork: (name) => createRandom(Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), seed)),
  };
  return random;
}
