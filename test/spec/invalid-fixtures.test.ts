import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES, type PipelineError, PipelineErrors } from '../../src/errors.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { loadSpec } from '../../src/spec/load-spec.ts';
import { EXPECTED } from '../fixtures/invalid/expected.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/invalid/', import.meta.url));

function faultsOf(file: string, params: Record<string, unknown> = {}): readonly PipelineError[] {
  try {
    compilePlan(loadSpec(file), params, {
      load: (child) => loadSpec(path.join(FOLDER, child)),
    });
    return [];
  } catch (error) {
    if (error instanceof PipelineErrors) return error.errors;
    throw error;
  }
}

describe('each invalid fixture', () => {
  it.each(EXPECTED)('%s is %s at %i:%i, and nothing else', (name, code, line, column) => {
    const file = path.join(FOLDER, `${name}.yaml`);
    const found = faultsOf(file).map((error) => [
      error.code,
      error.location?.file,
      error.location?.line,
      error.location?.column,
    ]);
    expect(found).toEqual([[code, file, line, column]]);
  });

  it('is in the table', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual(EXPECTED.map(([name]) => `${name}.yaml`).sort());
  });

  it('there is one for every code of reading and compiling', () => {
    // Those that a file alone cannot break: tested in load-spec.test.ts and params.test.ts, or
    // raised by layers above (the command line).
    const elsewhere = ['USAGE'];
    const first = ERROR_CODES.indexOf('SPEC_NOT_FOUND');
    const last = ERROR_CODES.indexOf('USAGE');
    const codes = ERROR_CODES.slice(first, last + 1).filter((code) => !elsewhere.includes(code));
    const covered = new Set<string>(EXPECTED.map(([, code]) => code));
    expect(codes.filter((code) => !covered.has(code))).toEqual([]);
  });
});
