/**
 * The layers of ARCHITECTURE.md, enforced. A `layer` may import the folders named after it, itself,
 * and nothing else of src/; what is listed under `types` may be imported as types alone.
 */
const LAYERS = {
  spec: { may: [], types: ['activities'] },
  layers: { may: [], types: [] },
  search: { may: [], types: [] },
  plan: { may: ['layers', 'search', 'spec'], types: [] },
  workflows: { may: ['plan'], types: ['activities', 'artifacts', 'spec'] },
  artifacts: { may: [], types: ['ml'] },
  data: { may: ['artifacts', 'ml'], types: ['activities'] },
  ml: { may: ['artifacts', 'data', 'layers', 'search'], types: [] },
  compute: { may: [], types: [] },
  predict: { may: ['artifacts', 'compute', 'data', 'ml'], types: [] },
  serve: {
    may: ['predict', 'artifacts', 'compute', 'data', 'ml', 'net', 'registry'],
    types: [],
  },
  registry: { may: ['artifacts'], types: ['activities'] },
  report: { may: ['artifacts', 'ml', 'plan'], types: ['activities', 'data', 'workflows'] },
  activities: {
    may: [
      'ml',
      'layers',
      'search',
      'data',
      'artifacts',
      'compute',
      'spec',
      'config',
      'net',
      'registry',
      'report',
      'plan',
      'predict',
    ],
    types: ['workflows'],
  },
  'dry-run': {
    may: ['workflows', 'activities', 'artifacts', 'plan', 'spec'],
    types: [],
  },
  net: { may: [], types: [] },
  config: { may: ['spec'], types: [] },
  api: { may: ['activities', 'artifacts', 'config', 'spec'], types: [] },
  temporal: { may: ['artifacts'], types: ['plan', 'workflows', 'activities'] },
  git: {
    may: ['spec', 'plan', 'schedule', 'temporal', 'artifacts'],
    types: ['activities', 'workflows'],
  },
  webhook: { may: ['git', 'net', 'spec', 'plan', 'temporal', 'artifacts'], types: [] },
  schedule: { may: ['plan', 'temporal'], types: ['spec', 'workflows'] },
  doctor: { may: ['temporal', 'artifacts', 'ml'], types: [] },
};
const ROOT_FILES = '^src/[^/]+\\.ts$';

const only = (from, allowed, name, typeOnly) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/(${[from, ...allowed].join('|')})/`, ROOT_FILES],
    ...(typeOnly ? { dependencyTypesNot: ['type-only'] } : { dependencyTypes: ['type-only'] }),
  },
});

module.exports = {
  forbidden: [
    ...Object.entries(LAYERS).flatMap(([layer, { may, types }]) => [
      only(layer, may, `${layer}-imports`, true),
      only(layer, [...may, ...types], `${layer}-imports-types`, false),
    ]),
    {
      name: 'no-circular-values',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'errors-import-nothing',
      severity: 'error',
      from: { path: '^src/(errors|json)\\.ts$' },
      to: { path: '.+' },
    },
    {
      name: 'worker-without-tensorflow',
      comment: 'Only compute processes load TensorFlow: the worker must stay small and responsive.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ml|data|doctor)/|^src/activities/' },
      to: { path: '@tensorflow' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        // A peer is declared, though it counts as none of the package's own.
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};
