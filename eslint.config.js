import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Of `src/workflows`: what also runs in virtual time. */
const HOST_INDEPENDENT = [
  'run',
  'perform-step',
  'phase-runner',
  'phases',
  'scheduler',
  'foreach',
  'review-desk',
  'review',
  'review-rules',
  'event-desk',
  'events',
  'sub-pipelines',
  'held-groups',
  'group-queue',
].map((name) => `src/workflows/${name}.ts`);

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '.modelwright/**',
      'src/activities/step-types.ts',
      'test/golden/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // A forgotten await is a correctness bug in a workflow.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // JSON values are unions with maps, which is all that this rule sees.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Randomness is seeded: use src/ml/random.ts, or node:crypto for identifiers.',
        },
      ],
    },
  },
  {
    // The workflow sandbox forbids them; the bundle would only fail at run time.
    files: [
      'src/workflows/**/*.ts',
      'src/plan/template.ts',
      'src/plan/duration.ts',
      'src/plan/cel/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { patterns: ['node:*', '@temporalio/client*'] }] },
  },
  {
    // What a run does is the same on a worker and in virtual time: it asks its host for the time,
    // and for all that happens outside.
    files: HOST_INDEPENDENT,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: ['node:*', '@temporalio/client*', '@temporalio/workflow', './temporal-host.ts'],
        },
      ],
      'no-restricted-syntax': [
        'error',
        ...[
          "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          "NewExpression[callee.name='Date'][arguments.length=0]",
          'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]',
        ].map((selector) => ({
          selector,
          message: 'Ask the host for the time: see src/workflows/run-host.ts.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // expect.any() and its like are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }] },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        module: 'writable',
        structuredClone: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
