import type { AuditChain, AuditList } from '../../contract/audit.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { Pager } from '../parts/pager.tsx';
import { Time } from '../parts/time.tsx';
import { plural, roughly, thousands } from '../parts/words.ts';
import { auditHref, type AuditChoice } from './audit-filter.ts';
import { AuditRows } from './audit-rows.tsx';

/** Who did what to which, and why; and whether the record of it is whole. */
export async function renderAudit(view: View, choice: AuditChoice, list: AuditList): Promise<string> {
  const { chain, entries } = list;
  return await renderPage(view, {
    title: 'Audit',
    section: 'audit',
    live: false,
    children: (
      <>
        <div class="head">
          <h1>Audit</h1>
          <ChainState chain={chain} nowMs={view.nowMs} />
          <div class="acts">
            <a class="btn" href={auditHref(choice, { format: 'csv' }, '/audit/export')} download>
              Export CSV
            </a>
            <a class="btn" href={auditHref(choice, { format: 'ndjson' }, '/audit/export')} download>
              NDJSON
            </a>
          </div>
          <p>
            Who did what, and why. Each entry holds the hash of the one before, so a change or a gap shows:{' '}
            <code>npm run cli -- audit verify</code> checks all of them.
          </p>
        </div>
        <Filters choice={choice} list={list} />
        {entries.length === 0 ? (
          <Empty icon="audit" action={{ word: 'Show all entries', href: '/audit' }}>
            No entry fits this filter.
          </Empty>
        ) : (
          <AuditRows entries={entries} nowMs={view.nowMs} />
        )}
        <Pager
          newest={choice.before === undefined ? undefined : auditHref(choice)}
          older={list.hasOlder ? auditHref(choice, { before: entries.at(-1)?.id }) : undefined}
        >
          {`${plural(entries.length, 'entry', 'entries')} here of ${thousands(chain.head?.id ?? 0)} ever written; none is deleted`}
        </Pager>
      </>
    ),
  });
}

function ChainState({ chain: { head, sealed, broken }, nowMs }: { chain: AuditChain; nowMs: number }) {
  if (broken !== undefined) {
    return (
      <span class="st s-fail" role="alert">
        <Icon name="fail" />
        {`Not whole at #${thousands(broken.id)}: ${broken.why}`}
      </span>
    );
  }
  if (head === undefined) return <span class="mute">nothing written yet</span>;
  if (sealed === undefined)
    return <span class="mute">{`#${thousands(head.id)}, not checked since the API started`}</span>;
  const sealedMs = Date.parse(sealed.at);
  return (
    <>
      <span class="st s-done">
        <Icon name="done" />
        {`Chain whole to #${thousands(sealed.id)}`}
      </span>
      <span class="mute small">
        checked <Time ms={sealedMs}>{`${roughly(nowMs - sealedMs)} ago`}</Time>
      </span>
    </>
  );
}

function Filters({ choice, list }: { choice: AuditChoice; list: AuditList }) {
  return (
    <form class="fields" role="search" action="/audit" aria-label="Filter the audit log">
      <Select name="actor" word="Actor" values={list.actors} chosen={choice.actor} all="Anybody" />
      <Select name="action" word="Action" values={list.actions} chosen={choice.action} all="Any action" />
      <div class="field wide">
        <label for="q">Target begins with</label>
        <input id="q" type="search" name="target" value={choice.target} placeholder="email/… or worker-b2" />
      </div>
      <div class="field">
        <label for="from">From (UTC)</label>
        <input id="from" type="datetime-local" name="from" value={choice.from} />
      </div>
      <div class="field">
        <label for="to">To (UTC)</label>
        <input id="to" type="datetime-local" name="to" value={choice.to} />
      </div>
      <button class="btn">Filter</button>
    </form>
  );
}

type SelectProps = {
  name: 'actor' | 'action';
  word: string;
  values: readonly string[];
  chosen: string | undefined;
  all: string;
};

function Select({ name, word, values, chosen, all }: SelectProps) {
  const options = chosen === undefined || values.includes(chosen) ? values : [chosen, ...values];
  return (
    <div class="field">
      <label for={name}>{word}</label>
      <select id={name} name={name}>
        <option value="">{all}</option>
        {options.map((value) => (
          <option value={value} selected={value === chosen}>
            {value}
          </option>
        ))}
      </select>
    </div>
  );
}
