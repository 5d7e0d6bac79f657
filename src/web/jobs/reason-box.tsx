import { Icon } from '../parts/icon.tsx';
import type { Reason } from './find-reason.ts';
import type { Gate } from './gates.ts';

const LOOKS = {
  yes: { tone: 'ok', icon: 'done', word: 'Yes: ' },
  no: { tone: 'fail', icon: 'fail', word: 'No: ' },
  later: { tone: 'wait', icon: 'wait', word: 'Not yet: ' },
  unneeded: { tone: 'off', icon: 'ready', word: 'Not needed: ' },
} as const;

/** One sentence that answers, then every gate in the order in which it is tried, then what to do. */
export function ReasonBox({ reason: { title, tone, answer, more, gates, advice } }: { reason: Reason }) {
  return (
    <section class={`sec why s-${tone}`} aria-labelledby="why">
      <h2 id="why">{title}</h2>
      <p>
        <b>{answer}</b> {more}
      </p>
      {gates.length > 0 && (
        <ul class="checks">
          {gates.map((gate) => (
            <GateLine gate={gate} />
          ))}
        </ul>
      )}
      {advice !== undefined && (
        <p class="note s-off">
          <Icon name="flag" />
          <span>
            {advice.text} {advice.link !== undefined && <a href={advice.link.href}>{advice.link.word}</a>}
          </span>
        </p>
      )}
    </section>
  );
}

function GateLine({ gate: { verdict, text, evidence } }: { gate: Gate }) {
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
