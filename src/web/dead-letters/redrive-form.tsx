import type { DeadFilter, DeadList } from '../../contract/dead-letter.ts';
import { thousands } from '../parts/words.ts';
import { fieldsOf } from './dead-filter.ts';

/** All that the filter fits, or all of one queue, at a pace. */
export function RedriveForm({ filter, list }: { filter: DeadFilter; list: DeadList }) {
  return (
    <section class="sec">
      <h2>Redrive at a pace</h2>
      <form method="get" action="/dead/redrive">
        {fieldsOf(filter)
          .filter(([name]) => name !== 'queue')
          .map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
        <input type="hidden" name="all" value="yes" />
        <div class="field">
          <label for="redrive-queue">From</label>
          <select id="redrive-queue" name="queue">
            <option value="">{`every queue, ${thousands(list.total)}`}</option>
            {list.byQueue.map(({ word, count }) => (
              <option value={word} selected={word === filter.queue}>{`${word}, ${thousands(count)}`}</option>
            ))}
          </select>
        </div>
        <PaceField />
        <div class="acts">
          <button class="btn">Preview</button>
          <button class="btn bad" formaction="/dead/discard">
            Discard instead
          </button>
        </div>
      </form>
    </section>
  );
}

export function PaceField({ value }: { value?: number | undefined }) {
  return (
    <div class="field">
      <label for="pace">Jobs a minute (empty: all at once)</label>
      <input
        id="pace"
        name="pace"
        type="number"
        inputmode="numeric"
        min="1"
        max="6000"
        value={value === undefined ? '' : String(value)}
      />
    </div>
  );
}
