import { HIDDEN, hiddenBecause, hiddenRule } from '../../contract/hidden.ts';

/** What is shown where a value was taken out; pointing at it tells the rule. */
export function Hidden({ rule }: { rule: string }) {
  return (
    <span class="hid" title={`Hidden ${rule}`}>
      hidden
    </span>
  );
}

/** Why a value is not shown. The API hides already; a key that looks secret is hidden once more, whoever answered. */
export function ruleOf(key: string, value: unknown): string | undefined {
  const match = hiddenBecause(key, value);
  return hiddenRule(value) ?? (match === undefined ? undefined : HIDDEN.key(match));
}
