const WIDTH = 60;
const HEIGHT = 18;

type SparkProps = {
  readonly values: readonly number[];
  /** What the line says, in words. */
  readonly label: string;
};

/** A line from the oldest value to the newest, on a scale of its own. */
export function Spark({ values, label }: SparkProps) {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, index) => {
    const y = HEIGHT - 1.5 - (value / most) * (HEIGHT - 3);
    return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={points.join('')} />
    </svg>
  );
}

/** The same as bars, for things that happen now and then. */
export function SparkBars({ values, label, tone = 'fail' }: SparkProps & { readonly tone?: string }) {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const bars = values.map((value, index) => {
    if (value === 0) return '';
    const height = Math.max(2, (value / most) * (HEIGHT - 2));
    return `M${(index * step).toFixed(1)} ${(HEIGHT - height).toFixed(1)}h${(step * 0.8).toFixed(1)}V${HEIGHT}h-${(step * 0.8).toFixed(1)}z`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class={`f-c s-${tone}`} d={bars.join('')} />
    </svg>
  );
}
