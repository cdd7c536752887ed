import { isPipelineFile } from '../src/git/catalogue.ts';
import { isTestFile } from '../src/pipeline-test-name.ts';

describe('a file of tests', () => {
  it.each(['pipelines/a.test.yaml', 'pipelines/b/c.test.yml'])('%s is no pipeline', (file) => {
    expect(isTestFile(file)).toBe(true);
    expect(isPipelineFile(file)).toBe(false);
  });

  it.each(['pipelines/a.yaml', 'pipelines/test.yaml', 'pipelines/a.test.d/b.yml'])(
    '%s is one',
    (file) => {
      expect(isTestFile(file)).toBe(false);
      expect(isPipelineFile(file)).toBe(true);
    },
  );
});
