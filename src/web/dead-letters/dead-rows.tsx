import type { DeadLetter, DeadReason } from '../../contract/dead-letter.ts';
import { mayOperate, type View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { Pick, PickAll, SelectableRows } from '../parts/selection.tsx';
import { Time } from '../parts/time.tsx';
import { roughly } from '../parts/words.ts';

export const REASON_WORDS: Readonly<Record<DeadReason, string>> = {
  exhausted: 'attempts used up',
  non_retryable: 'said not to try again',
  poison: 'workers died at it',
};

/** The jobs, each with why it lies here, and what can be done with it. */
export function Letters({ view, letters }: { view: View; letters: readonly DeadLetter[] }) {
  const mayAct = mayOperate(view);
  const table = (
    <table class="stick stack">
      <caption class="sr">Dead letters, the newest death first</caption>
      <thead>
        <tr>
          {mayAct && <PickAll rows={letters.length} />}
          <th scope="col" class="grow">
            Job and last error
          </th>
          <th scope="col">From queue</th>
          <th scope="col" class="p2">
            Reason
          </th>
          <th scope="col" class="p3">
            Group
          </th>
          <th scope="col">Attempts</th>
          <th scope="col" class="num">
            Dead for
          </th>
          {mayAct && (
            <th scope="col">
              <span class="sr">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <Row letter={letter} nowMs={view.nowMs} mayAct={mayAct} />
        ))}
      </tbody>
    </table>
  );
  const buttons = (
    <>
      <button class="btn pri" name="do" value="redrive">
        Redrive
      </button>
      <button class="btn bad" name="do" value="discard">
        Discard
      </button>
    </>
  );
  if (!mayAct) return table;
  return (
    <SelectableRows action="/dead/picked" what="dead letters" clear="/dead" buttons={buttons}>
      {table}
    </SelectableRows>
  );
}

function Row({ letter, nowMs, mayAct }: { letter: DeadLetter; nowMs: number; mayAct: boolean }) {
  const { queue, jobId, name, reason, attempt, message, code, group } = letter;
  const diedMs = Date.parse(letter.diedAt);
  return (
    <tr>
      {mayAct && <Pick name="job" value={jobId} label={`${name} ${jobId.slice(-6)}`} />}
      <td class="grow">
        <div class="cut">
          <a href={`/jobs/${queue}/${jobId}`}>{name}</a>
          {reason === 'poison' && (
            <>
              {' '}
              <span class="tag s-dead">
                <Icon name="dead" />
                quarantined
              </span>
            </>
          )}
          <span class="err" title={message}>
            {code === undefined ? message : `${code}: ${message}`}
          </span>
        </div>
      </td>
      <td data-l="from">{queue}</td>
      <td class="p2 mute" data-l="reason">
        {REASON_WORDS[reason]}
      </td>
      <td class="p3 mute" data-l="group">
        {group ?? ''}
      </td>
      <td data-l="attempts">
        <span class={reason === 'exhausted' ? 'att last' : 'att'}>{attempt}</span>
      </td>
      <td class="num" data-l="dead for">
        <Time ms={diedMs}>{roughly(nowMs - diedMs)}</Time>
      </td>
      {mayAct && (
        <td class="last">
          <div class="acts">
            <a class="btn" href={`/dead/redrive?job=${jobId}`} aria-label={`Redrive ${name} ${jobId.slice(-6)}`}>
              Redrive
            </a>
            <a class="btn" href={`/jobs/${queue}/${jobId}/repeat`} aria-label={`Edit ${name} ${jobId.slice(-6)}`}>
              Edit
            </a>
          </div>
        </td>
      )}
    </tr>
  );
}
