/** `modelwright validate FILE…`: every fault of every file, without Temporal. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EXIT, isPipelineError, PipelineError, PipelineErrors } from '../errors.ts';
import { findFaults } from '../plan/compile-plan.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { loadSpec } from '../spec/load-spec.ts';
import { filesMatching, isGlob } from './files-matching.ts';
import { pipelinesOf } from './load-plan.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addValidate(program: Command, verb: Verb): Command {
  return program
    .command('validate')
    .description('check pipeline files and report every fault at its line and column')
    .argument('<files...>', 'pipeline files, or globs such as "pipelines/**/*.yaml"')
    .option('--json', 'print JSON alone on stdout')
    .action((files: string[], _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const results = files
        .flatMap((file) => expand(file, verb.io.cwd))
        .map((file) => validateFile(scene, file));
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

function validateFile(scene: Scene, file: string) {
  try {
    const spec = loadSpec(file);
    const faults = findFaults(spec, { load: pipelinesOf(scene) });
    if (faults.length > 0) throw new PipelineErrors(faults);
    scene.terminal.line(`${file}: valid, ${spec.steps.size} steps`);
    return { file, valid: true, errors: [] };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    scene.terminal.error(error);
    const errors = error instanceof PipelineErrors ? error.errors : [error];
    return { file, valid: false, errors: errors.map(asJson) };
  }
}

function asJson({ code, message, location, remedy }: PipelineError) {
  return { code, message, location, remedy };
}
