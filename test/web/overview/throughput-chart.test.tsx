import { html } from 'hono/html';
import { describe, expect, it } from 'vitest';
import { ThroughputChart } from '../../../src/web/overview/throughput-chart.tsx';

const minutes = (of: (index: number) => { completed?: number; retried?: number; failed?: number }) =>
  Array.from({ length: 60 }, (_, index) => ({
    at: new Date(Date.UTC(2026, 10, 19, 13, 32) + index * 60_000).toISOString(),
    completed: 0,
    retried: 0,
    failed: 0,
    ...of(index),
  }));
const draw = async (of: Parameters<typeof minutes>[0]) =>
  String(await html`${(<ThroughputChart minutes={minutes(of)} />)}`);
const heights = (svg: string, kind: string) =>
  [...(new RegExp(`class="${kind}" d="([^"]*)"`).exec(svg)?.[1] ?? '').matchAll(/v([\d.]+)/g)].map((bar) =>
    Number(bar[1]),
  );

describe('the throughput chart', () => {
  it('is drawn for an hour in which nothing happened', async () => {
    const svg = await draw(() => ({}));
    expect(svg).toContain('No attempt ended in the last hour.');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('shows one failure beside thousands of completions', async () => {
    const svg = await draw((index) => (index === 30 ? { completed: 7000, failed: 1 } : { completed: 7000 }));
    expect(heights(svg, 'f-c s-fail')[0]).toBeGreaterThanOrEqual(1.5);
    expect(svg).toContain('1 job failed for good');
  });

  it('keeps every bar inside its lane, also when all fails', async () => {
    for (const count of [1, 9, 10, 4321]) {
      const svg = await draw((index) => ({ completed: count, retried: index * count, failed: count * 3 }));
      expect(Math.max(...heights(svg, 'f-flow'))).toBeLessThanOrEqual(120);
      const [fails, retries] = [heights(svg, 'f-c s-fail'), heights(svg, 'f-c s-retry')];
      expect(Math.max(...fails.map((height, index) => height + (retries[index] ?? 0)))).toBeLessThanOrEqual(52);
    }
  });

  it('says its scale and its ends', async () => {
    const svg = await draw((index) => (index === 0 ? { completed: 430, retried: 3 } : {}));
    expect(svg).toContain('>500<');
    expect(svg).toMatch(/trouble, scale ×\d+/);
    expect(svg).toContain('>13:32<');
    expect(svg).toContain('>14:32<');
  });
});
