import type { FailureKind, FailureWindow } from '../../contract/failure-view.ts';
import { Icon } from '../parts/icon.tsx';
import { Pick } from '../parts/selection.tsx';
import { SparkBars } from '../parts/spark.tsx';
import { Time } from '../parts/time.tsx';
import { plural, roughly, thousands } from '../parts/words.ts';

export const WINDOWS: readonly FailureWindow[] = ['1h', '3h', '24h', '7d'];
const SHADES = 4;
const NEW_MS = 24 * 3600_000;

type RowsProps = { readonly kinds: readonly FailureKind[]; readonly nowMs: number; readonly mayAct: boolean };

/** A row each; the tint of a number follows its place in its own column. */
export function FailureRows({ kinds, nowMs, mayAct }: RowsProps) {
  const most = new Map(WINDOWS.map((within) => [within, Math.max(0, ...kinds.map((kind) => kind.attempts[within]))]));
  return (
    <tbody>
      {kinds.map((kind) => (
        <Row kind={kind} most={most} nowMs={nowMs} mayAct={mayAct} />
      ))}
    </tbody>
  );
}

type RowProps = { kind: FailureKind; most: ReadonlyMap<FailureWindow, number>; nowMs: number; mayAct: boolean };

function Row({ kind, most, nowMs, mayAct }: RowProps) {
  const { fingerprint, name, message } = kind;
  const [firstMs, lastMs] = [Date.parse(kind.firstSeenAt), Date.parse(kind.lastSeenAt)];
  const here = `/failures/${fingerprint}`;
  return (
    <tr>
      {mayAct && <Pick name="kind" value={fingerprint} label={`${titleOf(kind)} in ${name}`} />}
      <th scope="row" class="grow">
        <div class="cut">
          <a class={kind.code === undefined ? undefined : 'mono'} href={here} title={message}>
            {titleOf(kind)}
          </a>
          {kind.code !== undefined && <span class="args">{message}</span>}
        </div>
        <small>
          {`${name}, ${kind.queue}`} <SinceVersion kind={kind} nowMs={nowMs} />
        </small>
      </th>
      {WINDOWS.map((within) => {
        const count = kind.attempts[within];
        return (
          <td class={`h${shade(count, most.get(within) ?? 0)}`} data-l={within}>
            {count === 0 ? (
              <span class="mute">0</span>
            ) : (
              <a href={`${here}?within=${within}`} aria-label={`${plural(count, 'attempt')} within ${within}`}>
                {thousands(count)}
              </a>
            )}
          </td>
        );
      })}
      <td class="p3" data-l="24 hours">
        <SparkBars values={kind.perHour} label={`${titleOf(kind)}, by hour over the last day`} />
      </td>
      <td class="p2" data-l="first seen">
        <Time ms={firstMs}>{`${roughly(nowMs - firstMs)} ago`}</Time>
      </td>
      <td data-l="last seen">
        <Time ms={lastMs}>{`${roughly(nowMs - lastMs)} ago`}</Time>
      </td>
    </tr>
  );
}

/** The code where there is one, since people search for it; otherwise what it says. */
export function titleOf({ code, errorName, message }: FailureKind): string {
  if (code !== undefined) return code;
  return message === '' ? (errorName ?? 'no message') : message;
}

/** The version that the first failing worker ran, marked while it is new; and whether it is muted. */
export function SinceVersion({ kind, nowMs }: { kind: FailureKind; nowMs: number }) {
  const isNew = nowMs - Date.parse(kind.firstSeenAt) < NEW_MS;
  return (
    <>
      {kind.firstVersion !== undefined && (
        <span class={isNew ? 'tag s-fail' : 'tag'}>
          <Icon name="flag" />
          {`${isNew ? 'new ' : ''}since ${kind.firstVersion}`}
        </span>
      )}
      {kind.muted !== undefined && (
        <>
          {' '}
          <span class="tag" title={kind.muted.reason}>
            {`muted by ${kind.muted.by}`}
          </span>
        </>
      )}
    </>
  );
}

function shade(count: number, most: number): string {
  return count === 0 ? '' : ` h${Math.max(1, Math.ceil((count / most) * SHADES))}`;
}
