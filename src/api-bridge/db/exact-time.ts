import pg from 'pg';

/** A Date that keeps PostgreSQL's microseconds, which a plain Date drops. */
class ExactTime extends Date {
  readonly microseconds: number;
  constructor(text: string, parsed: Date) {
    super(parsed);
    const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
    this.microseconds = Number(fraction.padEnd(6, '0').slice(3, 6));
  }
}

/** Orders two times to the microsecond where both carry it. */
export function compareExactly(a: Date, b: Date): number {
  const byMs = a.getTime() - b.getTime();
  if (byMs !== 0 || !(a instanceof ExactTime) || !(b instanceof ExactTime)) return byMs;
  return a.microseconds - b.microseconds;
}

const { getTypeParser, builtins } = pg.types;

/** For a query's `types`: the usual parsers, but times keep their microseconds. */
export const exactTimeTypes: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- pg's types say any for its parsers
    const usual: (text: string) => unknown = getTypeParser(oid, format);
    if (oid !== builtins.TIMESTAMPTZ) return usual;
    return (text: string) => {
      const parsed = usual(text);
      return parsed instanceof Date ? new ExactTime(text, parsed) : parsed;
    };
  },
};
