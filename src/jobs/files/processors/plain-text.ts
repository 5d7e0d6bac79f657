const LONGEST = 500;

/**
 * A text out of a file as it may be stored and shown: no control characters, no lone surrogate, at most 500
 * characters. Undefined for anything but a text with something in it.
 */
export function plainText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const clean = value
    .slice(0, LONGEST * 4)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  const short = clean.slice(0, LONGEST).toWellFormed().trim();
  return short === '' ? undefined : short;
}

/** A finite number out of a file's number or digits, or undefined. */
export function plainNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** `2024:05:06 07:08:09+02:00` or its ISO form as ISO 8601; without a zone when the file names none. */
export function plainDate(value: unknown): string | undefined {
  const text = plainText(value);
  if (text === undefined) return undefined;
  const parts = /^(\d{4})[:-](\d\d)[:-](\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', time, zone = ''] = parts;
  const date = `${year}-${month}-${day}`;
  if (Number.isNaN(Date.parse(date))) return undefined;
  return time === undefined ? date : `${date}T${time.length === 5 ? `${time}:00` : time}${zone}`;
}

/** The same object without the fields that hold nothing, because absent is how "unknown" is written on the wire. */
export function present<Known extends Record<string, unknown>>(fields: {
  [Key in keyof Known]: Known[Key] | undefined;
}): Partial<Known> {
  const known: Partial<Known> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) known[key] = value;
  }
  return known;
}
