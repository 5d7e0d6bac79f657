import type { Child } from 'hono/jsx';
import { hiddenRule } from '../../contract/hidden.ts';
import { Hidden, ruleOf } from './hidden.tsx';
import { plural, thousands } from './words.ts';

/** A payload may have 2 MB; a page shows so many values of it and so much of each. */
const MOST_VALUES = 400;
const MOST_IN_ONE = 60;
const LONGEST_TEXT = 600;
const OPEN_DEPTH = 2;

type Budget = { left: number };

/** JSON as nested lists that open and close without a script. Values under secret keys are hidden. */
export function Tree({ value }: { value: unknown }) {
  const budget: Budget = { left: MOST_VALUES };
  const rule = hiddenRule(value);
  if (rule !== undefined)
    return (
      <p class="tree">
        <Hidden rule={rule} /> <span class="mute small">{rule}</span>
      </p>
    );
  if (!isBranch(value)) return <p class="tree">{leaf(value)}</p>;
  const entries = Object.entries(value);
  if (entries.length === 0) return <p class="small mute">Empty.</p>;
  return branch(value, 0, budget);
}

function branch(value: object, depth: number, budget: Budget): Child {
  const rows: Child[] = [];
  const entries = Object.entries(value);
  for (const [key, each] of entries.slice(0, MOST_IN_ONE)) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    rows.push(<li>{row(key, each, depth, budget)}</li>);
  }
  const left = entries.length - rows.length;
  if (left > 0) rows.push(<li class="mute">{`… ${thousands(left)} more`}</li>);
  return <ul class={depth === 0 ? 'tree' : undefined}>{rows}</ul>;
}

function row(key: string, value: unknown, depth: number, budget: Budget): Child {
  const name = <span class="key">{key}:</span>;
  const rule = ruleOf(key, value);
  if (rule !== undefined) {
    return (
      <>
        {name} <Hidden rule={rule} />
      </>
    );
  }
  if (!isBranch(value)) {
    return (
      <>
        {name} {leaf(value)}
      </>
    );
  }
  const count = Object.keys(value).length;
  if (count === 0) {
    return (
      <>
        {name} <span class="u">{Array.isArray(value) ? '[]' : '{}'}</span>
      </>
    );
  }
  return (
    <details open={depth + 1 < OPEN_DEPTH && count <= 24}>
      <summary>
        {name} <small>{plural(count, Array.isArray(value) ? 'item' : 'key')}</small>
      </summary>
      {branch(value, depth + 1, budget)}
    </details>
  );
}

function leaf(value: unknown): Child {
  if (typeof value === 'string') {
    const shown = value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
    return <span class="s">{JSON.stringify(shown)}</span>;
  }
  return <span class="u">{value === undefined ? 'none' : JSON.stringify(value)}</span>;
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
