export type Token = {
  readonly raw: string;
  readonly not: boolean;
  /** Absent for a bare word. */
  readonly qualifier?: string;
  /** What follows the qualifier after a dot: `data.order.id` has `order` and `id`. */
  readonly path: readonly string[];
  /** Parts of the value between commas, quotes taken off. */
  readonly values: readonly string[];
};

const SPACE = /\s/;

/** Cuts a query into terms at spaces outside of quotes. A quote that is not closed reaches to the end; nothing throws. */
export function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (SPACE.test(query.charAt(at))) {
      at += 1;
      continue;
    }
    const end = endOf(query, at);
    tokens.push(tokenOf(query.slice(at, end)));
    at = end;
  }
  return tokens;
}

function endOf(query: string, from: number): number {
  let quoted = false;
  for (let at = from; at < query.length; at += 1) {
    const letter = query.charAt(at);
    if (letter === '\\' && quoted) at += 1;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && SPACE.test(letter)) return at;
  }
  return query.length;
}

function tokenOf(raw: string): Token {
  const not = raw.length > 1 && raw.startsWith('-');
  const text = not ? raw.slice(1) : raw;
  const colon = text.startsWith('"') ? -1 : outsideQuotes(text, ':');
  if (colon <= 0) return { raw, not, path: [], values: [unquote(text)] };
  const [qualifier = '', ...path] = splitOutside(text.slice(0, colon), '.').map(unquote);
  return { raw, not, qualifier, path, values: splitOutside(text.slice(colon + 1), ',').map(unquote) };
}

function outsideQuotes(text: string, wanted: string, from = 0): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === '\\' && quoted) at += 1;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === wanted) return at;
  }
  return -1;
}

function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = outsideQuotes(text, separator, from);
    if (at < 0) return [...parts, text.slice(from)];
    parts.push(text.slice(from, at));
    from = at + 1;
  }
}

/** `"a \"b\""` → `a "b"`; what is not quoted stays as it is. */
function unquote(text: string): string {
  if (!text.includes('"')) return text;
  return text.replace(/"((?:\\[^]|[^"\\])*)"?/g, (_, inner: string) => inner.replace(/\\([^])/g, '$1'));
}

/** A value as it can stand behind a qualifier. */
export function quote(value: string): string {
  return /^[^\s",:\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
