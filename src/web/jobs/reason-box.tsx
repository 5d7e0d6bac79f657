import { Icon } from '../parts/icon.tsx';
import type { Check, Reason } from './find-reason.ts';

const LOOKS = {
  yes: { tone: 'ok', icon: 'done', word: 'Yes: ' },
  no: { tone: 'fail', icon: 'fail', word: 'No: ' },
  later: { tone: 'wait', icon: 'wait', word: 'Not yet: ' },
} as const;

/** One sentence that answers, then every gate in the order in which it is tried. */
export function ReasonBox({ reason }: { reason: Reason }) {
  return (
    <section class={`sec why s-${reason.tone}`} aria-labelledby="why">
      <h2 id="why">{reason.title}</h2>
      <p>
        <b>{reason.answer}</b> {reason.more}
      </p>
      {reason.checks.length > 0 && (
        <ul class="checks">
          {reason.checks.map((check) => (
            <Gate check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Gate({ check: { verdict, text, evidence } }: { check: Check }) {
  const { tone, icon, word } = LOOKS[verdict];
  const words = (
    <>
      <span class="sr">{word}</span>
      {text}
    </>
  );
  return (
    <li class={`s-${tone}`}>
      <Icon name={icon} />
      {verdict === 'no' ? <b>{words}</b> : <span>{words}</span>}
      <span class="mute">{evidence}</span>
    </li>
  );
}
