/** Every pipeline of the repository has tests beside it, and passes them, as `modelwright test` runs them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runTestFile } from '../../src/dry-run/run-test-file.ts';
import { parseTestFile } from '../../src/dry-run/test-file.ts';
import { isTestFile } from '../../src/pipeline-test-name.ts';
import { loadSpec, loadSpecWithin } from '../../src/spec/load-spec.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const files = readdirSync(path.join(ROOT, 'pipelines')).filter((name) => name.endsWith('.yaml'));
const tests = files.filter(isTestFile);

async function resultsOf(name: string, change: (text: string) => string = (text) => text) {
  const file = path.join(ROOT, 'pipelines', name);
  const test = parseTestFile(change(readFileSync(file, 'utf8')), file);
  const load = (child: string) => loadSpecWithin(ROOT, child, child);
  return runTestFile(test, { spec: loadSpec(test.pipeline), load });
}

describe('pipelines/', () => {
  it('has tests for each pipeline', () => {
    const pipelines = files.filter((name) => !isTestFile(name));
    expect(tests).toEqual(pipelines.map((name) => name.replace('.yaml', '.test.yaml')));
  });

  it.each(tests)('%s passes', async (name) => {
    const results = await resultsOf(name);
    const told = results.flatMap(({ name: of, mismatches }) =>
      mismatches.map(
        ({ path: at, found, why }) => `${of}: ${at.join('.')} ${why ?? String(found)}`,
      ),
    );
    expect(told).toEqual([]);
    expect(results.length).toBeGreaterThan(3);
  });

  it('fails them where the pipeline does something else', async () => {
    const results = await resultsOf('digits.test.yaml', (text) =>
      text.replace('testAccuracy: 0.98', 'testAccuracy: 0.97').replace('after: 2h', 'after: 4h'),
    );
    const [first, ...others] = results;
    expect(first?.mismatches.map(({ path: at }) => at.join('.'))).toEqual([
      'with.promote.metrics.testAccuracy',
      'took',
    ]);
    expect(others.every(({ passed }) => passed)).toBe(true);
  });
});
