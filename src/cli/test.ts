/** `modelwright test [FILES…]`: tests of pipelines in virtual time, without a server or TensorFlow. */
import type { Command } from 'commander';
import path from 'node:path';
import { ALL } from '../dry-run/case-script.ts';
import { durationText } from '../dry-run/compare-outcome.ts';
import { type CaseResult, runTestFile } from '../dry-run/run-test-file.ts';
import { parseTestFile } from '../dry-run/test-file.ts';
import { EXIT, isPipelineError, type PipelineError, PipelineErrors } from '../errors.ts';
import type { Json } from '../json.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import { describePath } from '../spec/pointer.ts';
import { readText } from '../spec/read-text.ts';
import { findTestFiles } from './find-test-files.ts';
import { pipelinesOf } from './load-plan.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface FileResult {
  readonly file: string;
  readonly cases: readonly CaseResult[];
  /** Why the file was not run. */
  readonly errors: readonly Pick<PipelineError, 'code' | 'message' | 'location' | 'remedy'>[];
}

interface Options {
  readonly name?: string;
}

export function addTest(program: Command, verb: Verb): Command {
  return program
    .command('test')
    .description('run the tests of pipelines in virtual time; needs no server')
    .argument('[files...]', 'files or globs of tests, or pipelines; pipelines/**/*.test.yaml')
    .option('--name <text>', 'only cases whose name holds this')
    .option('--json', 'print JSON alone on stdout')
    .action(async (given: string[], { name }: Options, command) => {
      const scene = sceneOf(command as Command, verb);
      const files = findTestFiles(given, { project: scene.project, cwd: verb.io.cwd });
      const isWanted = (one: string) => name === undefined || one.includes(name);
      const results: FileResult[] = [];
      for (const file of files) {
        const result = await testFile(scene, file, { isWanted, cwd: verb.io.cwd });
        results.push(result);
        printFile(scene.terminal, result);
      }
      printCounts(scene.terminal, results);
      scene.terminal.result(results);
      verb.finish(exitCode(results));
    });
}

function exitCode(results: readonly FileResult[]): number {
  if (results.some(({ errors }) => errors.length > 0)) return EXIT.invalidSpec;
  const failed = results.some(({ cases }) => cases.some(({ passed }) => !passed));
  return failed ? EXIT.runFailed : EXIT.ok;
}

interface Wanted {
  readonly isWanted: (name: string) => boolean;
  readonly cwd: string;
}

async function testFile(
  scene: Scene,
  file: string,
  { isWanted, cwd }: Wanted,
): Promise<FileResult> {
  try {
    const test = parseTestFile(readText(path.resolve(cwd, file), file), file);
    const { pipeline } = test;
    const spec = parseSpec(readText(path.resolve(cwd, pipeline), pipeline), pipeline);
    const cases = await runTestFile(test, { spec, load: pipelinesOf(scene), isWanted });
    return { file, cases, errors: [] };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    scene.terminal.error(error);
    const errors = error instanceof PipelineErrors ? error.errors : [error];
    const told = errors.map(({ code, message, location, remedy }) => ({
      ...{ code, message, location, remedy },
    }));
    return { file, cases: [], errors: told };
  }
}

function printFile(terminal: Terminal, { file, cases }: FileResult): void {
  if (cases.length > 0) terminal.line(terminal.style('bold', inert(file)));
  for (const one of cases) {
    const mark = one.passed ? terminal.style('green', 'ok    ') : terminal.style('red', 'not ok');
    const took = terminal.style('dim', `(${durationText(one.tookMs)})`);
    terminal.line(`${mark} ${inert(one.name)} ${took}`);
    if (!one.passed) printFailure(terminal, one);
  }
}

function printFailure(terminal: Terminal, { mismatches, error, madeUp }: CaseResult): void {
  for (const { location: at, path: of, expected, found, why } of mismatches) {
    const where = `${at.file}:${at.line}:${at.column}`;
    const told = why ?? `got ${shown(found)}`;
    const text = `${where} ${describePath(of)}: expected ${shown(expected)}, ${told}`;
    terminal.line(inert(`         ${text}`));
  }
  if (error) terminal.line(inert(`         the run: ${error.message} [${error.code}]`));
  const made = madeUpText(madeUp);
  if (made !== '') terminal.line(inert(`         made up: ${made}`));
}

function madeUpText(madeUp: CaseResult['madeUp']): string {
  const whole = Object.keys(madeUp).filter((step) => madeUp[step]?.join() === ALL.join());
  const parts = Object.entries(madeUp).filter(([step]) => !whole.includes(step));
  return [
    ...(whole.length > 0 ? [`${ALL.join()} of ${whole.join(', ')}`] : []),
    ...parts.map(([step, names]) => `${step} (${names.join(', ')})`),
  ].join('; ');
}

const shown = (value: Json | undefined): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
};

function printCounts(terminal: Terminal, results: readonly FileResult[]): void {
  const cases = results.flatMap((result) => result.cases);
  const passed = cases.filter((one) => one.passed).length;
  const broken = results.filter(({ errors }) => errors.length > 0).length;
  const counts = [`${passed} passed`, `${cases.length - passed} failed`];
  if (broken > 0) counts.push(`${broken} ${broken === 1 ? 'file' : 'files'} not run`);
  terminal.line(counts.join(', '));
}
