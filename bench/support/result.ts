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
