/** One row of the report: ours against one peer, medians of the rounds of the same run. */
export type Row = {
  readonly scenario: string;
  readonly metric: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly ratio: number;
  readonly target: number;
  readonly met: boolean;
  /** Where less is better, `ratio` has to stay at or below `target`; otherwise it has to reach it. */
  readonly lessIsBetter?: true;
  /** Lowest and highest round, ours and the peer's. */
  readonly spread: readonly [number, number, number, number];
};

type Measured = {
  readonly scenario: string;
  readonly metric: string;
  readonly peerName: string;
  readonly target: number;
};

/** Of rates (more is better): met when ours reaches `target` times the peer's. */
export function rateRow(about: Measured, ours: readonly number[], peer: readonly number[]): Row {
  const ratio = median(ours) / median(peer);
  return {
    ...about,
    ours: Math.round(median(ours)),
    peer: Math.round(median(peer)),
    ratio: Math.round(ratio * 100) / 100,
    met: ratio >= about.target,
    spread: [Math.min(...ours), Math.max(...ours), Math.min(...peer), Math.max(...peer)],
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The value below which `share` (0 to 1) of all lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Of costs (less is better) with an absolute bound: met when ours stays within it. The peer is the bound itself. */
export function boundRow(about: Omit<Measured, 'peerName'>, values: readonly number[]): Row {
  const ours = median(values);
  return {
    ...about,
    peerName: 'the target',
    ours: rounded(ours),
    peer: about.target,
    ratio: rounded(ours / about.target),
    met: ours <= about.target,
    lessIsBetter: true,
    spread: [Math.min(...values), Math.max(...values), about.target, about.target],
  };
}

/** Of costs (less is better) compared: met when ours is at most `target` times the other's. */
export function costRow(about: Measured, ours: readonly number[], peer: readonly number[]): Row {
  const ratio = median(ours) / median(peer);
  return {
    ...about,
    ours: rounded(median(ours)),
    peer: rounded(median(peer)),
    ratio: rounded(ratio),
    met: ratio <= about.target,
    lessIsBetter: true,
    spread: [Math.min(...ours), Math.max(...ours), Math.min(...peer), Math.max(...peer)],
  };
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
