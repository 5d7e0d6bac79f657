import type { Settings, Variable } from '../../contract/settings.ts';
import { VERSION } from '../../process/version.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { exact } from '../parts/time.tsx';
import { bytes, listed } from '../parts/words.ts';

/** What is in force in both processes, which versions meet here, and the state of the schema. */
export async function renderSettings(view: View, api: Settings, own: readonly Variable[]): Promise<string> {
  return await renderPage(view, {
    title: 'Settings',
    section: 'settings',
    live: false,
    children: (
      <>
        <div class="head">
          <h1>Settings</h1>
          <span class="mute">what is in force, and where it came from</span>
          <div class="acts">
            <a class="btn" href="/sessions">
              Your sessions
            </a>
          </div>
        </div>
        <div class="cols half">
          <Versions view={view} api={api} />
          <Schema migrations={api.migrations} />
        </div>
        <section class="sec">
          <h2>API</h2>
          <Variables caption="Variables of the API" variables={api.variables} />
        </section>
        <section class="sec">
          <h2>This worker process</h2>
          <Variables caption="Variables of the worker process that serves this page" variables={own} />
        </section>
      </>
    ),
  });
}

function Versions({ view, api: { versions, synchronousCommit, databaseBytes } }: { view: View; api: Settings }) {
  const workers = new Map<string, number>();
  for (const { version, status } of view.workers)
    if (status !== 'offline') workers.set(version, (workers.get(version) ?? 0) + 1);
  return (
    <section class="sec">
      <h2>Versions</h2>
      <dl class="facts">
        <dt>API</dt>
        <dd>{versions.api}</dd>
        <dt>Dashboard</dt>
        <dd>{VERSION}</dd>
        <dt>Workers</dt>
        <dd>
          {workers.size === 0 ? 'none is online' : listed([...workers].map(([version, n]) => `${version} on ${n}`))}
        </dd>
        <dt>Protocol</dt>
        <dd>{versions.protocols.join(', ')}</dd>
        <dt>Node</dt>
        <dd>{versions.node}</dd>
        <dt>PostgreSQL</dt>
        <dd>{`${versions.postgres}, synchronous_commit ${synchronousCommit}, ${bytes(databaseBytes)}`}</dd>
        <dt>pg-boss schema</dt>
        <dd>{versions.queueSchema}</dd>
      </dl>
    </section>
  );
}

function Schema({ migrations }: { migrations: Settings['migrations'] }) {
  const pending = migrations.filter(({ appliedAt }) => appliedAt === undefined);
  return (
    <section class="sec">
      <h2>Schema worker_api</h2>
      <p class={pending.length === 0 ? 'st s-done' : 'st s-fail'}>
        <Icon name={pending.length === 0 ? 'done' : 'warn'} />
        {pending.length === 0
          ? `${migrations.length} of ${migrations.length} migrations applied`
          : `${pending.length} of ${migrations.length} migrations pending: run npm run cli -- migrate`}
      </p>
      <details class="small">
        <summary>All of them</summary>
        <dl class="facts">
          {migrations.map(({ name, appliedAt }) => (
            <>
              <dt class="mono">{name}</dt>
              <dd>{appliedAt === undefined ? <b class="c s-fail">pending</b> : exact(Date.parse(appliedAt))}</dd>
            </>
          ))}
        </dl>
      </details>
    </section>
  );
}

function Variables({ caption, variables }: { caption: string; variables: readonly Variable[] }) {
  return (
    <table class="flat stack">
      <caption class="sr">{caption}</caption>
      <thead>
        <tr>
          <th scope="col" class="grow">
            Variable
          </th>
          <th scope="col">Value</th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {variables.map(({ name, value, source }) => (
          <tr>
            <th scope="row" class="grow mono">
              {name}
            </th>
            <td class="mono wrap" data-l="value">
              {/^\*+$/.test(value) ? (
                <span class="hid">hidden</span>
              ) : value === '' ? (
                <span class="mute">–</span>
              ) : (
                value
              )}
            </td>
            <td class={source === 'default' || source === 'unset' ? 'mute' : undefined} data-l="source">
              {WORDS[source]}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WORDS: Readonly<Record<Variable['source'], string>> = {
  environment: 'environment',
  default: 'default',
  generated: 'made at start',
  unset: 'not set',
};
