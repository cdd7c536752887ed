import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { isTestFile } from '../../src/pipeline-test-name.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (...parts: string[]): string => readFileSync(path.join(ROOT, ...parts), 'utf8');

/** As an editor reads it: alone, with nothing of modelwright around it. */
const checkerOf = (schema: string) =>
  new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
    JSON.parse(read('schemas', schema)) as object,
  );
const accepts = checkerOf('pipeline.schema.json');
const acceptsTests = checkerOf('pipeline-test.schema.json');

const yamlFiles = (...parts: string[]): string[] =>
  readdirSync(path.join(ROOT, ...parts))
    .filter((name) => name.endsWith('.yaml') && !isTestFile(name))
    .map((name) => path.join(...parts, name));

describe('the schema for editors', () => {
  it('is what its parts say', () => {
    const script = path.join(ROOT, 'setup', 'generate-schemas.mjs');
    expect(() => execFileSync(process.execPath, [script, '--check'])).not.toThrow();
  });

  it.each(readdirSync(path.join(ROOT, 'pipelines')).filter(isTestFile))('accepts %s', (name) => {
    const isAccepted = acceptsTests(parse(read('pipelines', name)));
    expect(acceptsTests.errors ?? []).toEqual([]);
    expect(isAccepted).toBe(true);
  });

  it.each([...yamlFiles('pipelines'), ...yamlFiles('test', 'fixtures', 'valid')])(
    'accepts %s',
    (file) => {
      const isAccepted = accepts(parse(read(file)));
      expect(accepts.errors ?? []).toEqual([]);
      expect(isAccepted).toBe(true);
    },
  );

  it.each([
    'unknown-key-pipeline',
    'unknown-key-step',
    'unknown-key-with',
    'unknown-key-nested',
    'missing-name',
    'missing-uses',
    'missing-with-key',
    'missing-on-timeout',
    'missing-layer-type',
    'invalid-type',
    'invalid-enum',
    'invalid-bound',
    'invalid-duration',
    'invalid-error-code',
    'invalid-artifact-literal',
    'invalid-columns',
    'invalid-layer-type',
    'kind-unknown',
    'unknown-key-on',
    'unknown-key-push',
    'unknown-key-drift',
    'missing-drift-model-name',
    'invalid-drift-threshold',
    'invalid-drift-features',
    'invalid-overlap',
    'missing-repeat-max',
    'unknown-key-compensate-in-finally',
    'unknown-key-with-of-compensate',
    'unknown-key-event-schema',
    'invalid-when-busy',
    'invalid-secret-two-sources',
    'invalid-delay-both',
  ])('refuses the fixture %s', (name) => {
    expect(accepts(parse(read('test', 'fixtures', 'invalid', `${name}.yaml`)))).toBe(false);
  });
});
