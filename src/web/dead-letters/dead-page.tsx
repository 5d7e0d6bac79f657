import type { DeadFilter, DeadList, DeadReason } from '../../contract/dead-letter.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { Pager } from '../parts/pager.tsx';
import { plural, roughly, thousands } from '../parts/words.ts';
import { Letters, REASON_WORDS } from './dead-rows.tsx';
import { deadHref, fieldsOf } from './dead-filter.ts';
import { RedriveForm } from './redrive-form.tsx';

/** Jobs that rest until somebody decides about them. */
export async function renderDeadLetters(
  view: View,
  filter: DeadFilter & { readonly cursor?: string | undefined },
  list: DeadList,
): Promise<string> {
  const narrowed = fieldsOf(filter).length > 0;
  const mayAct = mayOperate(view);
  return await renderPage(view, {
    title: 'Dead letters',
    section: 'dead',
    children: (
      <>
        <Head list={list} narrowed={narrowed} nowMs={view.nowMs} />
        {list.total > 0 && (
          <div class={mayAct ? 'cols three' : 'cols half'}>
            <Counts
              title="By queue"
              rows={list.byQueue}
              chosen={filter.queue}
              hrefOf={(queue) => deadHref({ ...filter, queue })}
            />
            <Counts
              title="By reason"
              rows={list.byReason}
              chosen={filter.reason}
              wordOf={(reason) => (isReason(reason) ? REASON_WORDS[reason] : reason)}
              hrefOf={(reason) => (isReason(reason) ? deadHref({ ...filter, reason }) : deadHref(filter))}
            />
            {mayAct && <RedriveForm filter={filter} list={list} />}
          </div>
        )}
        {list.letters.length === 0 ? <Nothing list={list} /> : <Letters view={view} letters={list.letters} />}
        {list.letters.length > 0 && (
          <Pager
            newest={filter.cursor === undefined ? undefined : deadHref(filter)}
            older={list.nextCursor === undefined ? undefined : deadHref(filter, list.nextCursor)}
          >
            {`${plural(list.letters.length, 'job')}, the newest death first. Dead letters are kept for 14 days.`}
          </Pager>
        )}
      </>
    ),
  });
}

function isReason(word: string): word is DeadReason {
  return word in REASON_WORDS;
}

function Head({ list, narrowed, nowMs }: { list: DeadList; narrowed: boolean; nowMs: number }) {
  const { total, more, byQueue, oldestAt } = list;
  const oldest = oldestAt === undefined ? '' : `, the oldest for ${roughly(nowMs - Date.parse(oldestAt))}`;
  return (
    <div class="head">
      <h1>Dead letters</h1>
      <span class="mute">
        {total === 0
          ? 'none'
          : `${more ? 'more than ' : ''}${plural(total, 'job')} of ${plural(byQueue.length, 'queue')}${oldest}`}
      </span>
      <div class="acts">
        {narrowed && (
          <a class="btn" href="/dead">
            Show all
          </a>
        )}
      </div>
      <p>
        Jobs that used up their attempts, ended in an error that says not to try again, or took their workers down.
        Nothing here runs until somebody redrives it.
      </p>
    </div>
  );
}

type CountsProps = {
  title: string;
  rows: DeadList['byQueue'];
  chosen: string | undefined;
  wordOf?: (word: string) => string;
  hrefOf: (word: string) => string;
};

function Counts({ title, rows, chosen, wordOf = (word) => word, hrefOf }: CountsProps) {
  return (
    <section class="sec">
      <h2>{title}</h2>
      <table class="flat">
        <caption class="sr">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{title.replace('By ', '').replace(/^./, (first) => first.toUpperCase())}</th>
            <th scope="col" class="num">
              Dead
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ word, count }) => (
            <tr>
              <td class="grow">
                <div class="cut">
                  <a href={hrefOf(word)} aria-current={word === chosen ? 'true' : undefined}>
                    {wordOf(word)}
                  </a>
                </div>
              </td>
              <td class="num">{thousands(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Nothing({ list }: { list: DeadList }) {
  if (list.total === 0) {
    return (
      <Empty icon="deadl" action={{ word: 'Show failures', href: '/failures' }}>
        No job is dead: every failure still has an attempt, or was dealt with.
      </Empty>
    );
  }
  return (
    <Empty icon="deadl" action={{ word: 'Show all dead letters', href: '/dead' }}>
      No dead letter fits that.
    </Empty>
  );
}
