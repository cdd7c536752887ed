/** `modelwright validate FILE…`: every fault of every file, without Temporal. */
import type { Command } from 'commander';
import { EXIT, isPipelineError, PipelineErrors } from '../errors.ts';
import type { PipelineError } from '../errors.ts';
import { loadPlan } from './load-plan.ts';
import type { Scene, Verb } from './verb.ts';
import { collectParam, sceneOf } from './verb.ts';

export function addValidate(program: Command, verb: Verb): Command {
  return program
    .command('validate')
    .description('check pipeline files and report every fault at its line and column')
    .argument('<files...>', 'pipeline files')
    .option('--param <name=value>', 'set a parameter; may be repeated', collectParam)
    .option('--json', 'print JSON alone on stdout')
    .action(async (files: string[], options: { param?: Record<string, string> }, command) => {
      const scene = sceneOf(command as Command, verb);
      const results = [];
      for (const file of files) results.push(await validateFile(scene, file, options.param));
      scene.terminal.result(results);
      if (results.some(({ valid }) => !valid)) verb.finish(EXIT.invalidSpec);
    });
}

async function validateFile(scene: Scene, file: string, params?: Record<string, string>) {
  try {
    const plan = await loadPlan(scene, file, params);
    scene.terminal.line(`${file}: valid, ${plan.steps.length} steps`);
    return { file, valid: true, digest: plan.digest, errors: [] };
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
