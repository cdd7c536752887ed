/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': '<rootDir>/test/transform.mjs',
  },
  testTimeout: 60_000,
  // A process for each test file: native memory (tensors, tables, wasm) outlives a file's modules,
  // and all files in one process grow past 24 GB. Jest looks at the heap alone, so the bound is low.
  workerIdleMemoryLimit: '32MB',
  maxWorkers: 1,
};
