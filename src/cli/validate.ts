/** `modelwright validate FILE…`: every fault of every file, without Temporal. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EXIT, isPipelineError, PipelineError, PipelineErrors } from '../errors.ts';
import { findFaults } from '../plan/compile-plan.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { loadSpec } from '../spec/load-spec.ts';
import { readText } from '../spec/read-text.ts';
import { filesMatching, isGlob } from './files-matching.ts';
import { pipelinesOf } from './load-plan.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addValidate(program: Command, verb: Verb): Command {
  return program
    .command('validate')
    .description(
      'check pipeline files, or their tests, and report every fault at its line and column',
    )
    .argument('<files...>', 'pipeline files, or globs such as "pipelines/**/*.yaml"')
    .option('--json', 'print JSON alone on stdout')
    .action(async (files: string[], _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const results: Validated[] = [];
      for (const file of files.flatMap((one) => expand(one, verb.io.cwd))) {
        results.push(await validateFile(scene, file));
      }
      scene.terminal.result(results);
      if (results.some(({ valid }) => !valid)) verb.finish(EXIT.invalidSpec);
    });
}

/** A shell has done so already, unless the glob was quoted, or has two stars. */
function expand(given: string, cwd: string): readonly string[] {
  if (!isGlob(given) || existsSync(path.resolve(cwd, given))) return [given];
  const files = filesMatching(given, cwd).filter((file) => !isTestFile(file));
  if (files.length > 0) return files;
  const message = `no file matches "${given.slice(0, 200)}"`;
  throw new PipelineError('SPEC_NOT_FOUND', message, {
    remedy: 'globs are relative to the current folder',
  });
}

interface Validated {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly ReturnType<typeof asJson>[];
}

async function validateFile(scene: Scene, file: string): Promise<Validated> {
  try {
    const holds = isTestFile(file) ? await checkTests(scene, file) : checkPipeline(scene, file);
    scene.terminal.line(`${file}: valid, ${holds}`);
    return { file, valid: true, errors: [] };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    scene.terminal.error(error);
    const errors = error instanceof PipelineErrors ? error.errors : [error];
    return { file, valid: false, errors: errors.map(asJson) };
  }
}

function checkPipeline(scene: Scene, file: string): string {
  const spec = loadSpec(file);
  const faults = findFaults(spec, { load: pipelinesOf(scene) });
  if (faults.length > 0) throw new PipelineErrors(faults);
  return `${spec.steps.size} steps`;
}

/** A shell that fills in `pipelines/*.yaml` names these too. */
async function checkTests(scene: Scene, file: string): Promise<string> {
  const { parseTestFile } = await import('../dry-run/test-file.ts');
  const { checkTestFile } = await import('../dry-run/run-test-file.ts');
  const test = parseTestFile(readText(file, file), file);
  checkTestFile(test, { spec: loadSpec(test.pipeline), load: pipelinesOf(scene) });
  return `${test.cases.length} ${test.cases.length === 1 ? 'case' : 'cases'}`;
}

function asJson({ code, message, location, remedy }: PipelineError) {
  return { code, message, location, remedy };
}
