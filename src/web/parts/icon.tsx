import type { IconName } from './icons.ts';

/** A shape beside a word; it never stands for the word, so it is hidden from readers. */
export function Icon({ name, tone }: { name: IconName | 'logo'; tone?: string }) {
  return (
    <svg class={tone === undefined ? 'i' : `i s-${tone}`} aria-hidden="true">
      <use href={`#${name}`} />
    </svg>
  );
}
