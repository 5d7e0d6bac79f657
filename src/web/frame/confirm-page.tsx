import type { Child } from 'hono/jsx';
import { renderPage } from './page.tsx';
import type { Section, View } from './view.ts';

export type Confirmation = {
  readonly title: string;
  readonly section: Section;
  /** What will happen, before it does. */
  readonly what: Child;
  /** What the button says. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly keep: { readonly word: string; readonly href: string };
  /** Whether the audit log wants to know why. */
  readonly reason: 'needed' | 'welcome' | 'none';
  /** A choice within the form, above the reason. */
  readonly choice?: Child;
  readonly fault?: string;
};

export const REASON_LENGTH = { least: 4, most: 500 } as const;

/** A page of its own, so that the same step works with and without a script: what will happen, why, and yes or no. */
export async function renderConfirmation(view: View, confirmation: Confirmation): Promise<string> {
  const { title, section, what, verb, danger = false, keep, reason, choice, fault } = confirmation;
  return await renderPage(view, {
    title,
    section,
    live: false,
    children: (
      <section class="confirm" aria-labelledby="confirm">
        <h1 id="confirm">{title}</h1>
        <p>{what}</p>
        <form method="post">
          {choice}
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
