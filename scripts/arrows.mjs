// Checks the import arrows, and refuses a green answer that came from looking at nothing.
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const config = await extractConfig('./.dependency-cruiser.cjs');
const { output } = await cruise(
  ['src'],
  { ...config.options, ruleSet: config, validate: true, outputType: 'json' },
  undefined,
  {
    tsConfig: extractTsConfig('tsconfig.json'),
  },
);
const result = JSON.parse(output);
const own = result.modules.filter((module) => module.source.startsWith('src/'));

for (const { rule, from, to, via, comment } of result.summary.violations) {
  const path = via?.length ? [from, ...via.map((step) => step.name ?? step)].join(' → ') : `${from} → ${to}`;
  console.error(`✘ ${rule.name}: ${path}${comment ? `\n  ${comment}` : ''}`);
}
if (own.length === 0) {
  console.error('✘ expected to look at the modules under src, got none: the arrows were not checked');
  process.exit(1);
}
const errors = result.summary.violations.filter(({ rule }) => rule.severity === 'error').length;
console.log(`arrows: ${own.length} modules, ${result.summary.totalDependenciesCruised} imports, ${errors} broken`);
process.exit(errors > 0 ? 1 : 0);
