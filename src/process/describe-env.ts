import { existsSync } from 'node:fs';
import { z } from 'zod';

export type VariableReport = {
  readonly name: string;
  /** What the process would use, with secrets masked. */
  readonly value: string;
  readonly source: 'environment' | 'default' | 'generated' | 'unset';
  /** Why the process would not start with it. */
  readonly fault?: string;
};

type Source = Readonly<Record<string, string | undefined>>;
/** The secret that a start without one would take from the data folder, by variable. */
export type KeptSecrets = Readonly<Record<string, string | undefined>>;

const MASK = '********';
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY/;
/** Named like secrets, and public all the same. */
const PUBLIC_NAME = /_ROTATED_AT$|_JWKS$/;
const SHOWN_CHARACTERS = 120;

/**
 * The effective value of each variable that a schema names, and where it comes from. An empty variable is unset, as for the
 * processes. A value that does not parse is never shown: nobody knows what was pasted there.
 */
export function describeVariables(schema: z.ZodObject, source: Source, kept: KeptSecrets = {}): VariableReport[] {
  return Object.entries(schema.shape).map(([name, field]) =>
    describe(name, z.instanceof(z.ZodType).parse(field), source, kept),
  );
}

function describe(name: string, field: z.ZodType, source: Source, kept: KeptSecrets): VariableReport {
  const given = source[name];
  if (given === undefined || given === '') return describeUnset(name, field, kept[name]);
  const origin = given === kept[name] ? 'generated' : 'environment';
  const { success, data, error } = field.safeParse(given, { reportInput: false });
  if (success) return { name, value: shown(name, given, data), source: origin };
  return { name, value: '(not shown)', source: origin, fault: error.issues.map(({ message }) => message).join('; ') };
}

function describeUnset(name: string, field: z.ZodType, kept: string | undefined): VariableReport {
  if (kept !== undefined) return { name, value: shown(name, kept, kept), source: 'generated' };
  const [first, second] = [field.safeParse(undefined), field.safeParse(undefined)];
  if (!first.success)
    return { name, value: '', source: 'unset', fault: first.error.issues[0]?.message ?? 'expected a value' };
  if (first.data === undefined) return { name, value: '', source: 'unset' };
  const text = textOf(first.data);
  // A default that differs each time it is asked for is made up at each start.
  return { name, value: shown(name, text, first.data), source: text === textOf(second.data) ? 'default' : 'generated' };
}

function shown(name: string, given: string, parsed: unknown): string {
  if (isSecret(name, given)) return MASK;
  const text = textOf(parsed) === '' ? given : textOf(parsed);
  const safe = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? withoutCredentials(text) : text;
  return safe.length > SHOWN_CHARACTERS ? `${safe.slice(0, SHOWN_CHARACTERS)}…` : safe;
}

/** A file with a secret may be named; what is no file may be the secret itself. */
function isSecret(name: string, given: string): boolean {
  if (PUBLIC_NAME.test(name) || !SECRET_NAME.test(name)) return false;
  return !(/PRIVATE_?KEY$/.test(name) && existsSync(given));
}

function withoutCredentials(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const url = new URL(text);
  const secrets = [...url.searchParams.keys()].filter((key) => SECRET_NAME.test(key.toUpperCase()));
  if (url.password === '' && secrets.length === 0) return text;
  if (url.password !== '') url.password = MASK;
  for (const key of secrets) url.searchParams.set(key, MASK);
  return url.href;
}

const named = z.array(z.looseObject({ kid: z.string() })).min(1);

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  const keys = named.safeParse(value);
  if (keys.success) return keys.data.map(({ kid }) => kid).join(', ');
  return Array.isArray(value) ? value.map(textOf).join(', ') : '';
}
