import type { Child } from 'hono/jsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';

type EmptyProps = { icon: IconName; children: Child; action?: { readonly word: string; readonly href: string } };

/** Where a table would be: one sentence that says why there is none, and one thing to do. */
export function Empty({ icon, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{children}</p>
      {action !== undefined && (
        <a class="btn" href={action.href}>
          {action.word}
        </a>
      )}
    </div>
  );
}
