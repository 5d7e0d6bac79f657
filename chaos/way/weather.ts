import type { Random } from '../random.ts';

/** What a network does to calls: shares from 0 to 1, decided anew for each call. */
export type Weather = {
  /** The connection breaks before the call arrives. */
  loseCall: number;
  /** It arrives, and its answer does not. */
  loseAnswer: number;
  /** It arrives twice. */
  duplicate: number;
  /** It arrives late, and thereby after later ones. */
  delay: number;
  mostDelayMs: number;
  /** Nothing gets through at all. */
  cut: boolean;
};

export const FAIR: Weather = { loseCall: 0, loseAnswer: 0, duplicate: 0, delay: 0, mostDelayMs: 0, cut: false };

/** What every call of a chaos run is exposed to, all the time. */
export const ROUGH: Weather = {
  loseCall: 0.01,
  loseAnswer: 0.02,
  duplicate: 0.02,
  delay: 0.03,
  mostDelayMs: 800,
  cut: false,
};

export type Fate = {
  readonly losesCall: boolean;
  readonly losesAnswer: boolean;
  readonly doubles: boolean;
  readonly delayMs: number;
};

/** One throw of the dice for one call; always the same number of throws, so that a seed stays in step. */
export function fateOf(weather: Weather, random: Random): Fate {
  const losesCall = random.chance(weather.loseCall);
  const losesAnswer = random.chance(weather.loseAnswer);
  const doubles = random.chance(weather.duplicate);
  const isLate = random.chance(weather.delay);
  const delayMs = random.between(0, weather.mostDelayMs);
  return { losesCall: losesCall || weather.cut, losesAnswer, doubles, delayMs: isLate ? delayMs : 0 };
}
