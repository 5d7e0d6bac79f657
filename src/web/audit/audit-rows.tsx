import type { AuditEntry } from '../../contract/audit.ts';
import { clockOrDay, Time } from '../parts/time.tsx';
import { thousands } from '../parts/words.ts';

/** One row an entry; what was said beyond the reason opens below it. */
export function AuditRows({ entries, nowMs }: { entries: readonly AuditEntry[]; nowMs: number }) {
  return (
    <table class="stick stack">
      <caption class="sr">Audit entries, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Time</th>
          <th scope="col">Actor</th>
          <th scope="col">Action</th>
          <th scope="col" class="grow">
            Target
          </th>
          <th scope="col" class="num">
            Count
          </th>
          <th scope="col" class="p2">
            Reason
          </th>
          <th scope="col" class="p3">
            From
          </th>
          <th scope="col" class="p3">
            Request
          </th>
          <th scope="col" class="p3">
            Hash
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row entry={entry} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, nowMs }: { entry: AuditEntry; nowMs: number }) {
  const { id, at, actor, action, target, count, reason, requestId, ip, detail, hash } = entry;
  const atMs = Date.parse(at);
  const [kind = '', ...name] = actor.split(' ');
  const href = hrefOfTarget(action, target);
  return (
    <tr id={`e${id}`}>
      <td class="mute">{`#${thousands(id)}`}</td>
      <td>
        <Time ms={atMs}>{clockOrDay(atMs, nowMs)}</Time>
      </td>
      <td>{kind === 'operator' ? <b>{name.join(' ')}</b> : <span class="mute">{actor}</span>}</td>
      <td class="mono">{action}</td>
      <td class="grow">
        <div class="cut">{href === undefined ? target : <a href={href}>{target}</a>}</div>
        {Object.keys(detail).length > 0 && (
          <details class="small mute">
            <summary>detail</summary>
            <code class="wrap">{JSON.stringify(detail)}</code>
          </details>
        )}
      </td>
      {count === undefined ? (
        <td />
      ) : (
        <td class="num" data-l="count">
          {thousands(count)}
        </td>
      )}
      <td class="p2 wrap">{reason}</td>
      <td class="p3 mute" data-l="from">
        {ip}
      </td>
      <td class="p3 mono mute" data-l="request">
        {requestId}
      </td>
      <td class="p3 mono mute" data-l="hash" title={hash}>
        {hash.slice(0, 6)}
      </td>
    </tr>
  );
}

/** Where the target is to be seen, for those that have a page. */
function hrefOfTarget(action: string, target: string): string | undefined {
  if (action.startsWith('worker.')) return `/workers#${encodeURIComponent(target)}`;
  const [, queue, id] = /^([\w.-]+)\/([0-9a-f-]{36})$/.exec(target) ?? [];
  if (queue !== undefined && id !== undefined) return `/jobs/${queue}/${id}`;
  if (action.startsWith('schedule.')) return `/schedules/${encodeURIComponent(target)}`;
  return action.startsWith('queue.') ? `/queues/${encodeURIComponent(target)}` : undefined;
}
