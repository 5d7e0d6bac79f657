import type { FailureKind } from '../../contract/failure-view.ts';
import { Time } from '../parts/time.tsx';
import { roughly, thousands } from '../parts/words.ts';

const SHOWN = 8;
const NEW_MS = 3600_000;

/** What fails, each kind once, the most frequent of the hour first. */
export function TopFailures({ kinds, nowMs }: { kinds: readonly FailureKind[]; nowMs: number }) {
  const shown = kinds.slice(0, SHOWN);
  return (
    <section class="sec">
      <div class="hd">
        <h2>What fails</h2>
        <a class="small mute" href="/failures">
          {kinds.length > SHOWN ? `All ${kinds.length}` : 'Failures'}
        </a>
      </div>
      {shown.length === 0 ? (
        <p class="small mute">Nothing has failed in the last seven days.</p>
      ) : (
        <table class="flat">
          <caption class="sr">Kinds of failure, the most frequent first</caption>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col" class="num">
                1 h
              </th>
              <th scope="col" class="num">
                24 h
              </th>
              <th scope="col" class="num p2">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((kind) => (
              <Row kind={kind} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ kind, nowMs }: { kind: FailureKind; nowMs: number }) {
  const { fingerprint, name, code, errorName, message, attempts, firstSeenAt, lastSeenAt } = kind;
  const lastMs = Date.parse(lastSeenAt);
  const isNew = nowMs - Date.parse(firstSeenAt) < NEW_MS;
  return (
    <tr data-key={fingerprint}>
      <td class="grow">
        <div class="cut">
          <a href={`/failures/${fingerprint}`} class="mono">
            {code ?? errorName ?? 'Error'}
          </a>{' '}
          {isNew && <span class="tag s-fail">new</span>}
          <span class="args">{message}</span>
        </div>
        <small>{name}</small>
      </td>
      <td class="num">
        <b>{thousands(attempts['1h'])}</b>
      </td>
      <td class="num">{thousands(attempts['24h'])}</td>
      <td class="num p2">
        <Time ms={lastMs}>{`${roughly(nowMs - lastMs)} ago`}</Time>
      </td>
    </tr>
  );
}
