/** Keys whose values are nobody's business, however they are spelt. A `lease` proves the right to settle a job. */
const SECRET_KEY =
  /(pass(word|wd|phrase)|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|authori[sz]ation|cookie|^lease$)/i;
const REDACTED = '[REDACTED]';
const DEEPEST = 8;
const BEARER = /\b(Bearer\s+)[A-Za-z0-9._~+/=-]+/g;
const OPAQUE_TOKEN = /\bpn[a-z]_[A-Za-z0-9._-]{8,}/g;
const JWT = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g;
/** The password of a URL, such as that of a database. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"]{1,100}:)[^\s/@"]{1,200}@/gi;

/**
 * The same value with the values of secret keys replaced, at any depth that a log line should have. Nothing is changed
 * in place; what is no plain object or array (an error, a date) is left as it is. A number of tokens is no secret.
 */
export function redactSecrets<Value>(value: Value, depth?: number): Value;
export function redactSecrets(value: unknown, depth = 0): unknown {
  if (depth >= DEEPEST) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => redactSecrets(each, depth + 1));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, isSecret(key, each) ? REDACTED : redactSecrets(each, depth + 1)]),
  );
}

/** A line of text without bearer tokens, signed tokens, the tokens that this system hands out, and passwords in URLs. */
export function redactLine(line: string): string {
  return line
    .replace(BEARER, `$1${REDACTED}`)
    .replace(OPAQUE_TOKEN, REDACTED)
    .replace(JWT, REDACTED)
    .replace(URL_PASSWORD, `$1${REDACTED}@`);
}

function isSecret(key: string, value: unknown): boolean {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return false;
  const match = SECRET_KEY.exec(key)?.[0].toLowerCase();
  return match !== undefined && !(match === 'token' && typeof value === 'number');
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
