/** The example of docs/testing-pipelines.md is a file of tests that passes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runTestFile } from '../../src/dry-run/run-test-file.ts';
import { parseTestFile } from '../../src/dry-run/test-file.ts';
import { loadSpec, loadSpecWithin } from '../../src/spec/load-spec.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

it('passes as it is written', async () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'testing-pipelines.md'), 'utf8');
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const test = parseTestFile(text, path.join(ROOT, 'pipelines', 'doc.test.yaml'));
  const load = (file: string) => loadSpecWithin(ROOT, file, file);
  const [result] = await runTestFile(test, { spec: loadSpec(test.pipeline), load });
  expect(result?.mismatches).toEqual([]);
});
