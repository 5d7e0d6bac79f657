import type { JobValue, JobValueQuery, ValueGlance } from '../../contract/job-value.ts';
import { hiddenRule } from '../../contract/hidden.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Hidden } from '../parts/hidden.tsx';
import { Pager } from '../parts/pager.tsx';
import { plural, thousands } from '../parts/words.ts';

export type ValuePlace = JobValueQuery & { readonly queue: string; readonly id: string };

/** One level of a payload or an output that is too large to be shown at once. */
export async function renderValue(view: View, place: ValuePlace, value: JobValue): Promise<string> {
  const { queue, id, of, at } = place;
  const word = of === 'payload' ? 'Input' : 'Output';
  return await renderPage(view, {
    title: `${word} of ${value.name}`,
    section: 'jobs',
    live: false,
    children: (
      <>
        <div class="head">
          <p class="small">
            <a href="/jobs">Jobs</a> / <a href={`/jobs/${queue}/${id}`}>{value.name}</a> /{' '}
            <a href={valueHref(place, '')}>{word}</a>
            {stepsOf(at).map(({ word: step, pointer }) => (
              <>
                {' / '}
                <a href={valueHref(place, pointer)}>{step}</a>
              </>
            ))}
          </p>
          <h1>{stepsOf(at).at(-1)?.word ?? word}</h1>
          <span class="mute">{sizeOf(value)}</span>
        </div>
        {value.entries === undefined ? <Whole value={value} /> : <Entries entries={value.entries} place={place} />}
        <Pager
          newest={value.from === 0 ? undefined : valueHref(place, at)}
          older={value.next === undefined ? undefined : valueHref(place, at, value.next)}
          words={['Start', 'Next']}
        >
          {value.size === 0 ? '' : stretchOf(value)}
        </Pager>
      </>
    ),
  });
}

function Whole({ value: { value } }: { value: JobValue }) {
  const rule = hiddenRule(value);
  if (rule !== undefined) {
    return (
      <p class="sec">
        <Hidden rule={rule} /> <span class="mute">{rule}</span>
      </p>
    );
  }
  return (
    <pre class="sec wrap" tabindex={0}>
      {typeof value === 'string' ? value : JSON.stringify(value)}
    </pre>
  );
}

function Entries({ entries, place }: { entries: readonly ValueGlance[]; place: ValuePlace }) {
  return (
    <table class="stick stack">
      <caption class="sr">Entries of this value</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col" class="grow">
            Value
          </th>
          <th scope="col" class="num">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr>
            <th scope="row" class="mono">
              <a href={valueHref(place, `${place.at}/${escapeStep(entry.key)}`)}>{cut(entry.key)}</a>
            </th>
            <td class="grow mono">
              <div class="cut">{glance(entry)}</div>
            </td>
            <td class="num">{entry.size === undefined ? '' : thousands(entry.size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function glance({ kind, size = 0, value }: ValueGlance) {
  if (kind === 'hidden') return <Hidden rule={hiddenRule(value) ?? ''} />;
  if (kind === 'list') return `[${plural(size, 'item')}]`;
  if (kind === 'object') return `{${plural(size, 'key')}}`;
  return JSON.stringify(value);
}

function sizeOf({ kind, size }: JobValue): string {
  if (kind === 'text') return plural(size, 'character');
  return kind === 'list' ? plural(size, 'item') : kind === 'object' ? plural(size, 'key') : '';
}

function stretchOf({ from, next, size }: JobValue): string {
  return `${thousands(from + 1)} to ${thousands(next ?? size)} of ${thousands(size)}`;
}

function stepsOf(at: string): { readonly word: string; readonly pointer: string }[] {
  const parts = at.split('/').slice(1);
  return parts.map((part, index) => ({
    word: cut(part.replaceAll('~1', '/').replaceAll('~0', '~')),
    pointer: `/${parts.slice(0, index + 1).join('/')}`,
  }));
}

function escapeStep(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The page of a part of a job's payload or output. */
export function valueHref({ queue, id, of }: Omit<ValuePlace, 'at' | 'from'>, at = '', from = 0): string {
  const query = new URLSearchParams({
    of,
    ...(at === '' ? {} : { at }),
    ...(from === 0 ? {} : { from: String(from) }),
  });
  return `/jobs/${queue}/${id}/value?${query.toString()}`;
}
