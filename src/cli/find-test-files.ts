/** The files of tests that a person means: paths, globs, or pipelines that have tests beside them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { filesMatching, isGlob } from './files-matching.ts';

const EVERYWHERE = ['pipelines/**/*.test.yaml', 'pipelines/**/*.test.yml'];

/**
 * @param given  relative to `cwd`; none: every file of tests in the project's `pipelines/`.
 * @returns paths as a person reads them, sorted, each once
 * @throws PipelineError `SPEC_NOT_FOUND` where one of them means no file
 */
export function findTestFiles(
  given: readonly string[],
  { project, cwd }: { readonly project: string; readonly cwd: string },
): readonly string[] {
  const shown = (file: string) => path.relative(cwd, file);
  if (given.length === 0) {
    const found = EVERYWHERE.flatMap((glob) => filesMatching(glob, project)).map((file) =>
      shown(path.join(project, file)),
    );
    if (found.length > 0) return [...new Set(found)].sort();
    throw nothing(EVERYWHERE[0] ?? '');
  }
  const found = given.flatMap((one) => {
    if (isGlob(one)) {
      const files = filesMatching(one, cwd).filter(isTestFile);
      if (files.length > 0) return files;
    } else {
      const file = isTestFile(one) ? one : one.replace(/(\.ya?ml)$/, '.test$1');
      if (existsSync(path.resolve(cwd, file)) && isTestFile(file)) return [file];
    }
    throw nothing(one);
  });
  return [...new Set(found)].sort();
}

const nothing = (given: string): PipelineError =>
  new PipelineError('SPEC_NOT_FOUND', `there are no tests for "${given.slice(0, 200)}"`, {
    remedy: 'tests of pipelines/x.yaml stand in pipelines/x.test.yaml',
  });
