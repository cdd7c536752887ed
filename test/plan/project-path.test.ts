import { pathFault, pipelinePathFault } from '../../src/plan/project-path.ts';

describe('a path of the project', () => {
  it.each(['a', 'secrets/token', 'a b/ü.txt', '..a/b..', 'a.b/c-d_e'])('may be %s', (path) => {
    expect(pathFault(path)).toBeNull();
  });

  it.each([
    '../a',
    'a/../b',
    '/etc/passwd',
    'a//b',
    './a',
    'a/',
    '',
    'file:///etc/passwd',
    'C:a',
    '%2e%2e/a',
    'a\\b',
    'a\0b',
    'a\nb',
  ])('may not be %j', (path) => {
    expect(pathFault(path)).not.toBeNull();
  });

  it('ends with .yaml or .yml where it names a pipeline', () => {
    expect(pipelinePathFault('pipelines/a.yaml')).toBeNull();
    expect(pipelinePathFault('pipelines/a.yml')).toBeNull();
    expect(pipelinePathFault('pipelines/a.json')).not.toBeNull();
    expect(pipelinePathFault('pipelines/a.yaml/b')).not.toBeNull();
    expect(pipelinePathFault('../a.yaml')).not.toBeNull();
  });
});
