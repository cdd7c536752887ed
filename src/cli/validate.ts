/** `modelwright validate FILE…`: every fault of every file, without Temporal. */
import type { Command } from 'commander';
import { EXIT, isPipelineError, PipelineErrors } from '../errors.ts';
import type { PipelineError } from '../errors.ts';
import { findFaults } from '../plan/compile-plan.ts';
import { loadSpec } from '../spec/load-spec.ts';
import { pipelinesOf } from './load-plan.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addValidate(program: Command, verb: Verb): Command {
  return program
    .command('validate')
    .description('check pipeline files and report every fault at its line and column')
    .argument('<files...>', 'pipeline files')
    .option('--json', 'print JSON alone on stdout')
    .action((files: string[], _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const results = files.map((file) => validateFile(scene, file));
      scene.terminal.result(results);
      if (results.some(({ valid }) => !valid)) verb.finish(EXIT.invalidSpec);
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
