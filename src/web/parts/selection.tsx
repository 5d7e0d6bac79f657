import type { Child } from 'hono/jsx';

type RowsProps = { action: string; what: string; clear: string; buttons: Child; children: Child };

/**
 * A table whose rows can be picked. The buttons appear with the first pick; `action` gets the picked values under the
 * name that `Pick` gave them, and the pressed button's own name and value. While something is picked, updates pause.
 */
export function SelectableRows({ action, what, clear, buttons, children }: RowsProps) {
  return (
    <form class="rows" method="post" action={action}>
      {children}
      <div class="selbar" role="region" aria-label={`Selected ${what}`}>
        <p>
          <b class="n" /> selected, updates are paused
        </p>
        <div class="acts">
          {buttons}
          <a class="btn" href={clear} data-clear="">
            Clear
          </a>
        </div>
      </div>
    </form>
  );
}

/** The head's box: with a script it picks the whole page, without one it is not there. */
export function PickAll({ rows }: { rows: number }) {
  return (
    <th scope="col" class="pick">
      <input type="checkbox" class="js" aria-label={`Select all ${rows} rows on this page`} />
    </th>
  );
}

/** A row's box; shift picks all rows between the last one and this. */
export function Pick({ name, value, label }: { name: string; value: string; label: string }) {
  return (
    <td class="pick">
      <input type="checkbox" name={name} value={value} aria-label={`Select ${label}`} autocomplete="off" />
    </td>
  );
}
