import type { Child } from 'hono/jsx';
import { hiddenRule } from '../../contract/hidden.ts';
import { Hidden, ruleOf } from './hidden.tsx';

const LONGEST = 110;

/** The start of a payload on one line, as `{file: "f_6d10c4", preset: "720p"}`; nothing for an empty one. */
export function Glance({ payload }: { payload: unknown }) {
  if (typeof payload !== 'object' || payload === null) return null;
  const rule = hiddenRule(payload);
  if (rule !== undefined) return <Hidden rule={rule} />;
  const entries = Object.entries(payload);
  if (entries.length === 0) return null;
  const parts: Child[] = [];
  let used = 0;
  for (const [key, value] of entries) {
    const hidden = ruleOf(key, value);
    const text = hidden === undefined ? short(value) : 'hidden';
    if (used > 0 && used + key.length + text.length > LONGEST) {
      parts.push(', …');
      break;
    }
    parts.push(
      <>
        {parts.length > 0 && ', '}
        {key}: {hidden === undefined ? text : <Hidden rule={hidden} />}
      </>,
    );
    used += key.length + text.length + 4;
  }
  return (
    <span class="args mono">
      {'{'}
      {parts}
      {'}'}
    </span>
  );
}

/** Nested values only say what they are: their own secrets are not looked at one by one here. */
function short(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value))
    return value.every((each) => typeof each === 'number') ? numbers(value) : `[${value.length}]`;
  if (typeof value === 'object' && value !== null) return '{…}';
  return String(value);
}

function numbers(values: readonly unknown[]): string {
  return values.length <= 6 ? `[${values.map(String).join(', ')}]` : `[${values.length}]`;
}
