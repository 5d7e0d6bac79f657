import { eachLife, type Rule } from './facts.ts';

/** Of all who worked under one key, one at most is told that it is the one, and everybody sees what that one left. */
export const effectsOnce: Rule = (facts) => {
  const marks = new Map(facts.final.marks.map(({ key, value }) => [key, value]));
  return eachLife('an effect happens once', (life) =>
    [...Map.groupBy(life.effects, ({ key }) => key)].flatMap(([key, effects]) => {
      const ran = effects.filter((effect) => effect.ending === 'ok' && effect.ran === true);
      const values = new Set(effects.filter(({ ending }) => ending === 'ok').map(({ value }) => value));
      const kept = marks.get(key);
      return [
        ...(ran.length > 1 ? [`${ran.length} callers were told that they are the one for ${key}`] : []),
        ...(values.size > 1 ? [`${key} was told as ${[...values].join(' and as ')}`] : []),
        ...(values.size > 0 && kept === undefined ? [`${key} was acknowledged, and is not there`] : []),
        ...(values.size === 1 && kept !== undefined && !values.has(kept ?? undefined)
          ? [`${key} was told otherwise than it is kept`]
          : []),
      ];
    }),
  )(facts);
};

/** After PostgreSQL is back, somebody gets something done within so long; judged only where there was time to. */
export function recovery(withinMs: number): Rule {
  return ({ faults, events }) => {
    const done = events
      .filter((event) => (event.op === 'settle' || event.op === 'enqueue') && event.ending === 'ok')
      .map(({ endedMs }) => endedMs)
      .sort((a, b) => a - b);
    const lastMs = done.at(-1) ?? 0;
    return faults
      .filter(({ kind, endedMs }) => kind === 'restart-postgres' && endedMs + withinMs < lastMs)
      .flatMap(({ endedMs }) => {
        const next = done.find((ms) => ms > endedMs) ?? Infinity;
        return next - endedMs <= withinMs
          ? []
          : [
              {
                rule: 'work goes on after PostgreSQL is back',
                message: `${Math.round(next - endedMs)} ms passed before anything was done`,
              },
            ];
      });
  };
}
