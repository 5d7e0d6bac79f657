import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const environmentRule = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message:
    'The environment is parsed once at the edge: read it in a file called env.ts and pass the parsed value down.',
};
const defaultExportRule = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only, so that a thing has one name everywhere.',
};

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.data/', 'examples/samples/', 'my-jobs/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, prettier],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 250],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', environmentRule, defaultExportRule],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', importNames: ['env'], message: 'Read the environment in env.ts only.' }] },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers print the same everywhere; anything else in a template is most likely a mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => doIt()` is the plain way to hand a callback on.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A leading underscore says that a parameter is there for its position only.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An async function without await is how a seam keeps one shape for all of its implementations.
      '@typescript-eslint/require-await': 'off',
      // Factories return plain objects whose functions close over their state; none of them reads `this`.
      '@typescript-eslint/unbound-method': 'off',
      // What node:test gives back is awaited by node:test itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe'] }] },
      ],
      // Type parameters that appear once are how the route table carries its types.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    // An assertion claims what nobody checked. Where a value is truly parsed, disable the rule on that line and say why.
    files: ['src/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
  },
  {
    files: ['**/env.ts'],
    rules: { 'no-restricted-syntax': ['error', defaultExportRule] },
  },
  {
    // Tests read answers of unknown shape and fail by themselves when a guess about one is wrong.
    files: ['test/**/*.{ts,tsx}', '{bench,chaos,conformance,examples,fuzz}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', defaultExportRule],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Plain JavaScript runs before anything is installed, so it has neither types nor the parser that reads them.
    files: ['**/*.mjs'],
    rules: { 'max-lines': ['error', 250], eqeqeq: 'error', 'no-undef': 'off', 'no-unused-vars': 'error' },
  },
);
