import { clock } from '../parts/time.tsx';
import { plural } from '../parts/words.ts';
import { readLine, type LogLine } from './log-line.ts';

export type ShownLog = { readonly attempt: number; readonly lines: readonly string[]; readonly isCut: boolean };

const MARKS: Readonly<Record<LogLine['level'], string | undefined>> = {
  ...{ debug: undefined, info: undefined, warn: 'w', error: 'e' },
};

/** The end of an attempt's log. While the attempt runs, the script keeps its newest line in sight. */
export function JobLog({ log, href, follows }: { log: ShownLog; href: string; follows: boolean }) {
  const { attempt, lines, isCut } = log;
  if (lines.length === 0)
    return <p class="small mute">{follows ? 'It has logged nothing yet.' : 'It logged nothing.'}</p>;
  return (
    <>
      <div class="hd">
        <h3>Log</h3>
        <span class="small mute">
          {isCut ? `the last ${plural(lines.length, 'line')}` : plural(lines.length, 'line')}
          {follows && ', following'}
        </span>
        <a class="small" href={`${href}/log?attempt=${attempt}`}>
          As text
        </a>
      </div>
      <div
        class="log"
        tabindex={0}
        role={follows ? 'log' : 'region'}
        aria-label={`Log of attempt ${attempt}`}
        data-follow={follows ? '' : undefined}
      >
        <ol>
          {lines.map((line) => (
            <Line line={readLine(line)} />
          ))}
        </ol>
      </div>
    </>
  );
}

function Line({ line: { level, atMs, text, fields } }: { line: LogLine }) {
  return (
    <li class={MARKS[level]}>
      <time>
        {atMs === undefined ? '' : `${clock(atMs)}.${String(new Date(atMs).getUTCMilliseconds()).padStart(3, '0')}`}
      </time>
      <i>{level}</i>
      <span>
        {text} {fields !== '' && <span class="mute">{fields}</span>}
      </span>
    </li>
  );
}
