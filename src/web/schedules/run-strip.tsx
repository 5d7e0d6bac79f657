import type { RunMark } from '../../contract/schedules/schedule.ts';
import { listed } from '../parts/words.ts';

const PLACES = 60;
const STEP = 4;
const HEIGHT = 18;

type MarkLook = {
  readonly tone: string;
  /** From the top, and how tall: the outcome is in the height as well as in the colour. */
  readonly y: number;
  readonly height: number;
  readonly word: (count: number) => string;
};

const LOOKS: Readonly<Record<RunMark, MarkLook>> = {
  ok: { tone: 'flow', y: 6, height: 12, word: (count) => `${count} ran well` },
  late: { tone: 'retry', y: 3, height: 15, word: (count) => `${count} late` },
  open: { tone: 'run', y: 3, height: 15, word: (count) => `${count} not ended` },
  failed: { tone: 'fail', y: 0, height: 18, word: (count) => `${count} failed` },
  cancelled: { tone: 'off', y: 6, height: 12, word: (count) => `${count} cancelled` },
  replaced: { tone: 'off', y: 6, height: 12, word: (count) => `${count} replaced by the next` },
  skipped: { tone: 'off', y: 11, height: 2, word: (count) => `${count} left out as the one before still ran` },
  missed: { tone: 'dead', y: 14, height: 4, word: (count) => `${count} missed` },
  gone: { tone: 'off', y: 6, height: 12, word: (count) => `${count} whose job is gone` },
};
const ORDER: readonly RunMark[] = [
  'ok',
  'late',
  'open',
  'failed',
  'missed',
  'skipped',
  'replaced',
  'cancelled',
  'gone',
];

/** The last 60 runs, the newest at the right. */
export function RunStrip({ runs }: { runs: readonly RunMark[] }) {
  const from = PLACES - runs.length;
  return (
    <svg
      class="runs"
      viewBox={`0 0 ${PLACES * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={inWords(runs)}
    >
      {ORDER.map((mark) => {
        const { tone, y, height } = LOOKS[mark];
        const path = runs
          .flatMap((each, index) => (each === mark ? [`M${(from + index) * STEP} ${y}h3v${height}h-3z`] : []))
          .join('');
        return path === '' ? null : <path class={`f-c s-${tone}`} d={path} />;
      })}
    </svg>
  );
}

/** `Last 60 runs: 58 ran well, 2 failed`. */
export function inWords(runs: readonly RunMark[]): string {
  if (runs.length === 0) return 'No run yet';
  const counts = ORDER.map((mark) => [mark, runs.filter((each) => each === mark).length] as const);
  const words = counts.filter(([, count]) => count > 0).map(([mark, count]) => LOOKS[mark].word(count));
  return `Last ${runs.length === 1 ? 'run' : `${runs.length} runs`}: ${listed(words)}`;
}

/** What the heights and colours mean. */
export function StripKey() {
  const shown = ['ok', 'late', 'open', 'failed', 'missed', 'skipped'] as const;
  const words = {
    ok: 'ran well',
    late: 'late, taller',
    open: 'not ended',
    failed: 'failed, full height',
    missed: 'missed, at the foot',
    skipped: 'left out, a dash',
  } as const;
  return (
    <p class="pager legend key">
      {shown.map((mark) => (
        <span class={`s-${LOOKS[mark].tone}`}>
          <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
            <rect class="f-c" x="1" y="1" width="14" height="14" rx="2" />
          </svg>
          {words[mark]}
        </span>
      ))}
    </p>
  );
}
