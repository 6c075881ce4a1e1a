import { defineConfig } from 'oxlint';

const environment = {
  object: 'process',
  property: 'env',
  message: 'Only src/config/config.ts reads the environment: take the value from the Config, as an argument.',
};

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  jsPlugins: ['./lint/plugin.ts'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  ignorePatterns: ['drizzle/', 'test/fixtures/last-release/'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/extensions': ['error', 'ignorePackages'],
    // Retries, pages and steps are sequential on purpose.
    'eslint/no-await-in-loop': 'off',
    // Rows, JSON and Node's own unions are narrowed in one place each; `as unknown as` is refused below.
    'typescript/no-unsafe-type-assertion': 'off',
    // The compiler's noImplicitReturns and strict say it better.
    'typescript/consistent-return': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/no-generated-empty-object-type': 'off',
    'promise/always-return': 'off',
    'import/no-named-as-default-member': 'off',
    'vitest/no-conditional-expect': 'off',
    'oxc/no-map-spread': 'off',
    // A message, and checks that tests share.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }],
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/prefer-set-has': 'off',
    // It takes every postMessage for a window's; ours are between threads.
    'unicorn/require-post-message-target-origin': 'off',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'autodeploy/import-layers': 'error',
    'autodeploy/no-double-assertion': 'error',
  },
  overrides: [
    {
      files: ['src/**', 'packages/*/src/**'],
      rules: { 'no-restricted-properties': ['error', environment], 'no-console': 'error' },
    },
    {
      // Comments do not count: a file must not lose its docstrings to pass.
      files: ['src/**', 'packages/*/src/**', 'tools/**', 'scripts/**', 'lint/**'],
      rules: { 'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }] },
    },
    {
      files: ['src/core/**'],
      rules: {
        'autodeploy/no-clock': 'error',
        'no-restricted-properties': [
          'error',
          environment,
          { object: 'Date', property: 'now', message: 'Take the instant as an argument: `now`.' },
          { object: 'Math', property: 'random', message: 'Take the randomness as an argument: `random`.' },
        ],
        'no-restricted-globals': [
          'error',
          ...['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval'].map((name) => ({
            name,
            message: 'src/core is pure: take what it gives as an argument.',
          })),
        ],
      },
    },
    {
      files: ['src/config/config.ts', 'packages/*/src/main.ts', 'tools/dev/**', 'src/lambda/**', 'src/cli/main.ts'],
      rules: { 'no-restricted-properties': 'off' },
    },
  ],
});
