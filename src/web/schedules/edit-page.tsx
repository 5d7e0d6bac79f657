import type { ScheduleView } from '../../contract/schedules/schedule.ts';
import { REASON_LENGTH } from '../frame/confirm-page.tsx';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import type { EditForm } from './edit-form.ts';
import { NextRuns } from './schedule-page.tsx';
import { MISSED_CHOICES, OVERLAP_CHOICES, timesInWords } from './schedule-words.ts';

export type Edited = {
  readonly form: EditForm;
  /** What the times of the form would give; absent before anything was asked. */
  readonly nextRuns?: readonly string[];
  /** What was refused, field by field. */
  readonly faults: readonly { readonly path: string; readonly message: string }[];
};

/** The terms of a schedule as a form: first a look at what they would give, then the deed. */
export async function renderEdit(view: View, schedule: ScheduleView, edited: Edited): Promise<string> {
  const { form, nextRuns, faults } = edited;
  const { name } = schedule;
  const seen = nextRuns !== undefined && faults.length === 0;
  return await renderPage(view, {
    title: `Edit ${name}`,
    section: 'schedules',
    live: false,
    children: (
      <>
        <div class="head">
          <h1>{`Edit ${name}`}</h1>
          <p>What is changed here counts before what the source declares, on every replica and after every restart.</p>
        </div>
        <form class="sec" method="post" action={`/schedules/${name}/edit`}>
          <input type="hidden" name="version" value={form.version} />
          <Faults faults={faults} />
          <div class="pair">
            <Field
              id="cron"
              word="Expression (minute, hour, day, month, day of week)"
              value={form.cron}
              faults={faults}
            />
            <Field id="timeZone" word="Time zone" value={form.timeZone} faults={faults} />
            <Choice id="overlap" word="If the one before still runs" value={form.overlap} choices={OVERLAP_CHOICES} />
            <Choice id="missed" word="If nobody was there for a run" value={form.missed} choices={MISSED_CHOICES} />
            <Field
              id="missedWindowSeconds"
              word="Looks back, seconds"
              value={form.missedWindowSeconds}
              faults={faults}
            />
            <Field
              id="jitterSeconds"
              word="Starts up to so many seconds later"
              value={form.jitterSeconds}
              faults={faults}
            />
          </div>
          <div class="acts">
            <button class={seen ? 'btn' : 'btn pri'} name="do" value="preview">
              Preview
            </button>
            <a class="btn" href={`/schedules/${name}`}>
              Leave it
            </a>
          </div>
          {seen && <Save nextRuns={nextRuns} view={view} form={form} />}
        </form>
      </>
    ),
  });
}

type FaultsProps = { faults: Edited['faults'] };

function Faults({ faults }: FaultsProps) {
  if (faults.length === 0) return null;
  return (
    <div role="alert" class="c s-fail">
      <p>
        <b>Nothing was saved.</b>
      </p>
      <ul>
        {faults.map(({ path, message }) => (
          <li>{path === '' ? message : `${path}: ${message}`}</li>
        ))}
      </ul>
    </div>
  );
}

function Field({ id, word, value, faults }: FaultsProps & { id: string; word: string; value: string }) {
  const wrong = faults.some(({ path }) => path.endsWith(id));
  return (
    <div class="field">
      <label for={id}>{word}</label>
      <input
        id={id}
        name={id}
        type="text"
        value={value}
        required
        maxlength={200}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong ? 'true' : undefined}
      />
    </div>
  );
}

type ChoiceProps = { id: string; word: string; value: string; choices: readonly (readonly [string, string])[] };

function Choice({ id, word, value, choices }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{word}</label>
      <select id={id} name={id}>
        {choices.map(([choice, meaning]) => (
          <option value={choice} selected={choice === value}>
            {meaning}
          </option>
        ))}
      </select>
    </div>
  );
}

function Save({ nextRuns, view, form }: { nextRuns: readonly string[]; view: View; form: EditForm }) {
  return (
    <>
      <p class="sp">
        <b>{timesInWords(form)}.</b>
      </p>
      <NextRuns nextRuns={nextRuns} nowMs={view.nowMs} />
      <div class="field">
        <label for="reason">Reason, for the audit log</label>
        <input
          id="reason"
          name="reason"
          type="text"
          minlength={REASON_LENGTH.least}
          maxlength={REASON_LENGTH.most}
          autocomplete="off"
        />
      </div>
      <div class="acts">
        <button class="btn pri" name="do" value="save">
          Save the changes
        </button>
      </div>
    </>
  );
}
