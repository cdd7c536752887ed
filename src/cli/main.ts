/** The command line: its verbs, and how their errors become exit codes. */
import { Command, CommanderError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT, exitCodeOf, isPipelineError } from '../errors.ts';
import type { Io } from './terminal.ts';
import { inert, Terminal } from './terminal.ts';
import type { Verb } from './verb.ts';

type AddVerb = (program: Command, verb: Verb) => Command;

/** Loaded when called: `sync` in a git hook must not wait for what `review` needs. */
const VERBS: Readonly<Record<string, () => Promise<AddVerb>>> = {
  init: async () => (await import('./init.ts')).addInit,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  up: async () => (await import('./up.ts')).addUp,
  schema: async () => (await import('./schema.ts')).addSchema,
  validate: async () => (await import('./validate.ts')).addValidate,
  plan: async () => (await import('./plan.ts')).addPlan,
  test: async () => (await import('./test.ts')).addTest,
  run: async () => (await import('./run.ts')).addRun,
  rerun: async () => (await import('./rerun.ts')).addRerun,
  status: async () => (await import('./status.ts')).addStatus,
  logs: async () => (await import('./logs.ts')).addLogs,
  send: async () => (await import('./send.ts')).addSend,
  cancel: async () => (await import('./cancel.ts')).addCancel,
  review: async () => (await import('./review.ts')).addReview,
  artifacts: async () => (await import('./artifacts.ts')).addArtifacts,
  models: async () => (await import('./models.ts')).addModels,
  card: async () => (await import('./card.ts')).addCard,
  predict: async () => (await import('./predict.ts')).addPredict,
  serve: async () => (await import('./serve.ts')).addServe,
  cache: async () => (await import('./cache.ts')).addCache,
  schedule: async () => (await import('./schedule.ts')).addSchedule,
  sync: async () => (await import('./sync.ts')).addSync,
  apply: async () => (await import('./apply.ts')).addApply,
  check: async () => (await import('./check.ts')).addCheck,
  hooks: async () => (await import('./hooks.ts')).addHooks,
  webhook: async () => (await import('./webhook.ts')).addWebhook,
  worker: async () => (await import('./worker.ts')).addWorker,
  deployment: async () => (await import('./deployment.ts')).addDeployment,
};

/** Verbs that read pipelines, and so must know the kinds of the project's own steps. */
const READERS = new Set(
  'schema validate plan test run up schedule sync apply check hooks webhook'.split(' '),
);

async function useOwnSteps(command: Command, io: Io): Promise<void> {
  let verb = command;
  while (verb.parent?.parent) verb = verb.parent;
  if (!READERS.has(verb.name())) return;
  const { useProject } = await import('../config/project.ts');
  useProject(path.resolve(io.cwd, command.optsWithGlobals<{ project: string }>().project));
}

/** The verbs that a command may mean: those it names, or all where it names none, for the help. */
async function verbsOf(args: readonly string[]): Promise<AddVerb[]> {
  const named = Object.keys(VERBS).filter((name) => args.includes(name));
  const isVersion = args[0] === '--version' || args[0] === '-V';
  const chosen = named.length > 0 || isVersion ? named : Object.keys(VERBS);
  const verbs = [];
  // One after the other: they share most of what they load.
  for (const name of chosen) verbs.push((await VERBS[name]?.()) ?? []);
  return verbs.flat();
}

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
    .hook('preAction', (_, command) => useOwnSteps(command, io))
    .showHelpAfterError('(`modelwright --help` lists the commands)');
  const verb: Verb = {
    io,
    finish: (code) => {
      exitCode = code;
    },
  };
  for (const add of await verbsOf(args)) inheritOutput(add(program, verb), program);
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

async function reportFailure(thrown: unknown, terminal: Terminal): Promise<number> {
  const error = await coded(thrown);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (isPipelineError(error)) {
    terminal.error(error);
    return exitCodeOf(error);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.note(inert(`internal error, please report it: ${text}`));
  return EXIT.runFailed;
}

/** Temporal's errors are told apart only where one can be: its client takes long to load. */
async function coded(thrown: unknown): Promise<unknown> {
  if (thrown instanceof CommanderError || isPipelineError(thrown)) return thrown;
  const { codedError } = await import('../temporal/connection.ts');
  return codedError(thrown);
}
