/** The command line: its verbs, and how their errors become exit codes. */
import { Command, CommanderError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { EXIT, exitCodeOf, isPipelineError } from '../errors.ts';
import { codedError } from '../temporal/connection.ts';
import { addApply } from './apply.ts';
import { addArtifacts } from './artifacts.ts';
import { addCancel } from './cancel.ts';
import { addCheck } from './check.ts';
import { addDoctor } from './doctor.ts';
import { addHooks } from './hooks.ts';
import { addInit } from './init.ts';
import { addLogs } from './logs.ts';
import { addModels } from './models.ts';
import { addPlan } from './plan.ts';
import { addReview } from './review.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';
import { addSync } from './sync.ts';
import type { Io } from './terminal.ts';
import { inert, Terminal } from './terminal.ts';
import { addUp } from './up.ts';
import { addValidate } from './validate.ts';
import type { Verb } from './verb.ts';
import { addWebhook } from './webhook.ts';
import { addWorker } from './worker.ts';

const VERBS = [
  addInit,
  addDoctor,
  addUp,
  addValidate,
  addPlan,
  addRun,
  addStatus,
  addLogs,
  addCancel,
  addReview,
  addArtifacts,
  addModels,
  addSync,
  addApply,
  addCheck,
  addHooks,
  addWebhook,
  addWorker,
];

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Runs one command.
 *
 * @param args  without node and the script.
 * @returns the exit code, one of `EXIT`.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('modelwright')
    .description('A durable pipeline engine for machine learning.')
    .version(packageVersion())
    .option('--project <folder>', 'folder that holds pipelines and .modelwright/', io.cwd)
    .addOption(new Option('--json', 'print JSON alone on stdout'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('(`modelwright --help` lists the commands)');
  const verb: Verb = {
    io,
    finish: (code) => {
      exitCode = code;
    },
  };
  for (const add of VERBS) inheritOutput(add(program, verb), program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, new Terminal(io));
  }
}

/** Subcommands must not exit the process either, however deep they are. */
function inheritOutput(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritOutput(child, command);
}

function reportFailure(thrown: unknown, terminal: Terminal): number {
  const error = codedError(thrown);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (isPipelineError(error)) {
    terminal.error(error);
    return exitCodeOf(error);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.note(inert(`internal error, please report it: ${text}`));
  return EXIT.runFailed;
}
