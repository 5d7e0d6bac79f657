import { hasEnded, reasonOf, standingOf, type SampleResult, type Standing } from './sample-result.ts';

export type ProgressView = { show(results: readonly SampleResult[]): void; done(): void };

type Output = { write(text: string): unknown; isTTY?: boolean; columns?: number };

const MARKS: Readonly<Record<Standing, string>> = { waiting: '·', processing: '…', completed: '✔', failed: '✘' };
const COLOURS: Readonly<Record<Standing, number>> = { waiting: 90, processing: 36, completed: 32, failed: 31 };

/** Lines that are redrawn in place in a terminal; elsewhere one plain line for each sample that ended. */
export function createProgressView(output: Output): ProgressView {
  return output.isTTY === true ? redrawnView(output) : plainView(output);
}

function redrawnView(output: Output): ProgressView {
  let drawn = 0;
  return {
    show(results) {
      const width = (output.columns || 80) - 1;
      const lines = results.map((result) => {
        const standing = standingOf(result);
        const text = `  ${MARKS[standing]} ${result.sample.name.padEnd(28)}${detailOf(result)}`.slice(0, width);
        return `\u001b[2K\u001b[${COLOURS[standing]}m${text}\u001b[0m\n`;
      });
      const back = drawn > 0 ? `\u001b[${drawn}A` : '';
      output.write(back + lines.join(''));
      drawn = lines.length;
    },
    // The table says everything again and better.
    done() {
      if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[0J`);
    },
  };
}

function plainView(output: Output): ProgressView {
  const said = new Set<string>();
  return {
    show(results) {
      for (const result of results) {
        if (said.has(result.sample.name) || !hasEnded(result)) continue;
        said.add(result.sample.name);
        output.write(`[${said.size}/${results.length}] ${result.sample.name} ${standingOf(result)}\n`);
      }
    },
    done: () => undefined,
  };
}

function detailOf(result: SampleResult): string {
  const standing = standingOf(result);
  if (standing === 'failed') return reasonOf(result);
  if (standing !== 'processing') return standing;
  return result.file?.processing_jobs.map(({ job_type: type, status }) => `${type} ${status}`).join(', ') ?? standing;
}
