import type { Child } from 'hono/jsx';
import { reasonOf } from '../http/read-reason.ts';
import { renderPage } from './page.tsx';
import type { Section } from './sections.ts';
import type { View } from './view.ts';

export type Confirmation = {
  readonly title: string;
  readonly section: Section;
  /** What will happen, before it does; a bulk action tells here how many it concerns. */
  readonly what: Child;
  /** A table, a list or a warning below it. */
  readonly more?: Child;
  /** What the button says. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly keep: { readonly word: string; readonly href: string };
  /** Whether the audit log wants to know why. */
  readonly reason: 'needed' | 'welcome' | 'none';
  /** A choice within the form, above the reason. */
  readonly choice?: Child;
  /** What the form carries on without showing it; a name may come more than once. */
  readonly hidden?: readonly (readonly [string, string])[];
  /** A name to type before anything happens, for what cannot be undone. */
  readonly typed?: string;
  /** Where the form goes; to the page itself when absent. */
  readonly action?: string;
  /** What was wrong with the form that was sent. */
  readonly fault?: string;
};

export const REASON_LENGTH = { least: 4, most: 500 } as const;

type Form = Readonly<Record<string, string>>;

/** The reason that a form gives, or what to tell the person who gave none. `typed` must have been typed letter by letter. */
export function readConfirmed(form: Form, typed?: string): { reason: string } | { fault: string } {
  if (typed !== undefined && (form.typed ?? '').trim() !== typed) return { fault: `Type ${typed} to go on.` };
  const reason = reasonOf(form);
  if (reason === undefined || reason.length < REASON_LENGTH.least) {
    return { fault: `Say why in at least ${REASON_LENGTH.least} letters.` };
  }
  return { reason };
}

/** A page of its own, so that the same step works with and without a script: what will happen, why, and yes or no. */
export async function renderConfirmation(view: View, confirmation: Confirmation): Promise<string> {
  const { title, section, what, more, verb, danger = false, keep, reason, choice, fault } = confirmation;
  const { hidden = [], typed, action } = confirmation;
  return await renderPage(view, {
    title,
    section,
    live: false,
    children: (
      <section class="confirm" aria-labelledby="confirm">
        <h1 id="confirm">{title}</h1>
        <p>{what}</p>
        {more}
        <form method="post" action={action}>
          {hidden.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {choice}
          {typed !== undefined && <TypedField typed={typed} />}
          {reason !== 'none' && <ReasonField needed={reason === 'needed'} fault={fault} />}
          <div class="acts">
            <button class={danger ? 'btn stop' : 'btn pri'}>{verb}</button>
            <a class="btn" href={keep.href}>
              {keep.word}
            </a>
          </div>
        </form>
      </section>
    ),
  });
}

function TypedField({ typed }: { typed: string }) {
  return (
    <div class="field">
      <label for="typed">
        Type <code>{typed}</code> to go on
      </label>
      <input id="typed" type="text" name="typed" required autocomplete="off" />
    </div>
  );
}

function ReasonField({ needed, fault }: { needed: boolean; fault: string | undefined }) {
  return (
    <div class="field">
      <label for="reason">Reason, for the audit log{needed ? '' : ' (may stay empty)'}</label>
      <input
        id="reason"
        type="text"
        name="reason"
        required={needed}
        minlength={needed ? REASON_LENGTH.least : undefined}
        maxlength={REASON_LENGTH.most}
        autocomplete="off"
        aria-invalid={fault === undefined ? undefined : 'true'}
        aria-describedby={fault === undefined ? undefined : 'reason-fault'}
      />
      {fault !== undefined && (
        <p id="reason-fault" class="c s-fail small">
          {fault}
        </p>
      )}
    </div>
  );
}
