import type { SavedView } from '../../contract/saved-view.ts';
import { Icon } from '../parts/icon.tsx';
import { hrefOf, jobsHref, type Search } from './search.ts';

/** Searches that everybody needs; what people save comes after them. */
const BUILT_IN: readonly Omit<SavedView, 'id'>[] = [
  { name: 'All', q: '' },
  { name: 'Unfinished', q: 'state:unfinished' },
  { name: 'Failed, 24 h', q: 'state:failed ended:<24h' },
  { name: 'Ready over 5 min', q: 'state:ready age:>5m' },
  { name: 'Long running', q: 'state:active runtime:>10m' },
];

/** Searches under names: those that everybody has, and the person's own. */
export function ViewTabs({ search, views }: { search: Search; views: readonly SavedView[] }) {
  const own = views.find((view) => view.q === search.q);
  const known = own !== undefined || BUILT_IN.some((view) => view.q === search.q);
  return (
    <nav class="views" aria-label="Views">
      {[...BUILT_IN, ...views].map(({ name, q }) => (
        <a href={jobsHref(q)} aria-current={q === search.q ? 'true' : undefined}>
          {name}
        </a>
      ))}
      {!known && search.fault === undefined && (
        <a class="mute" href={hrefOf('/jobs/views', { q: search.q })}>
          Save this view
        </a>
      )}
      {own !== undefined && (
        <form method="post" action={`/jobs/views/${own.id}/forget`}>
          <button class="btn plain" title={`Forget the view ${own.name}`}>
            <Icon name="x" />
            <span class="sr">Forget the view {own.name}</span>
          </button>
        </form>
      )}
    </nav>
  );
}
