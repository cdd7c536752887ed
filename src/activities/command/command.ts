/** Runs a program that the project allows: no shell, a clean environment, nothing left behind. */
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { configOf, redact } from '../local-context.ts';
import type { CommandStep } from '../step-types.ts';
import type { Step, StepContext } from '../step.ts';
import { findProgram } from './allowed-program.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { readOutputs, storeFiles } from './collect-files.ts';
import { LineSink } from './line-sink.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';

type Input = CommandStep['with'];
type Outputs = CommandStep['outputs'];

const OUTPUTS = 'outputs.json';
/** Of the error, which goes into the workflow's history. */
const MAX_TAIL_CHARS = 3_000;

/**
 * Errors: `COMMAND_NOT_ALLOWED`, `COMMAND_NOT_FOUND`; `COMMAND_FAILED` with the last lines where
 * it exits with anything but 0; `OUTPUT_INVALID`; `DATA_*` for its files; `CANCELLED`.
 */
export const commandStep: Step<Input, Outputs> = {
  kind: 'command',

  async run(input, context) {
    const [named = '', ...args] = input.run;
    const program = await findProgram(named, {
      project: context.dataRoot,
      allowed: configOf(context).commands,
      searchPath: process.env['PATH'] ?? '',
    });
    const cwd = await folderInProject(input.cwd, context.dataRoot);
    const folder = path.join(context.scratch, `command-${context.attempt}`);
    const work = await emptyFolder(folder);
    const sink = new LineSink({
      maxBytes: input.maxOutputBytes,
      redact: (text) => redact(text, context),
      line: (text) => context.log('info', text),
    });
    const startedAtMs = Date.now();
    const env = cleanEnvironment({
      worker: process.env,
      given: input.env ?? {},
      own: ownVariables(context, folder, work),
    });
    const { signal } = context;
    try {
      const end = await runProcess({ program, args, cwd, env, stdin: input.stdin, signal, sink });
      if (end.code !== 0) throw failed(named, end, sink.tail);
      return {
        exitCode: 0,
        values: await readOutputs(folder, OUTPUTS),
        artifacts: await storeFiles(input.artifacts ?? {}, { cwd, work }, context.store),
        durationMs: Date.now() - startedAtMs,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const ownVariables = ({ run, stepId, attempt }: StepContext, folder: string, work: string) => ({
  MODELWRIGHT_OUTPUTS: path.join(folder, OUTPUTS),
  MODELWRIGHT_WORK: work,
  MODELWRIGHT_RUN: run.id,
  MODELWRIGHT_STEP: stepId,
  MODELWRIGHT_ATTEMPT: String(attempt),
});

/** A folder of this attempt alone, so that what an earlier one left is not taken for its own. */
async function emptyFolder(folder: string): Promise<string> {
  const work = path.join(folder, 'work');
  await rm(folder, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  return work;
}

/** @throws PipelineError `DATA_PATH_REFUSED` for what is no folder of the project. */
async function folderInProject(named: string, project: string): Promise<string> {
  const root = await realpath(project);
  const real = await realpath(path.resolve(root, named)).catch(() => null);
  const isInside = real === root || real?.startsWith(root + path.sep) === true;
  if (real !== null && isInside && (await stat(real)).isDirectory()) return real;
  const shown = JSON.stringify(named.slice(0, 200));
  throw new PipelineError('DATA_PATH_REFUSED', `\`cwd\` ${shown} is no folder of the project`, {
    remedy: 'name a folder by its path relative to the project',
  });
}

function failed(named: string, { code, signal }: ProcessEnd, tail: readonly string[]) {
  const how = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
  const lines = tail.join('\n').trim().slice(-MAX_TAIL_CHARS);
  return new PipelineError(
    'COMMAND_FAILED',
    `${named} ${how}${lines === '' ? ' and printed nothing' : `; it last printed:\n${lines}`}`,
    {
      details: { exitCode: code, signal },
      ...(signal === 'SIGKILL' && { remedy: 'did the memory run out?' }),
    },
  );
}
