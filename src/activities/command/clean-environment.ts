/** The environment of a command: what it needs, what it was given, and nothing of the worker's. */
import { PipelineError } from '../../errors.ts';

const KEPT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SYSTEMROOT'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/**
 * With these, whoever writes the pipeline would choose what code an allowed program runs: a
 * library to load first, a file to read at start.
 */
const CODE =
  /^(?:PATH|HOME|XDG_.*|LD_.*|DYLD_.*|BASH_ENV|ENV|BASH_FUNC.*|SHELLOPTS|BASHOPTS|PS4|IFS|PROMPT_COMMAND|NODE_OPTIONS|NODE_PATH|PYTHON(?:STARTUP|PATH|HOME|INSPECT|BREAKPOINT|USERBASE|WARNINGS)|PERL5?(?:LIB|OPT|DB)|RUBY(?:OPT|LIB)|R_PROFILE.*|R_ENVIRON.*|_?JAVA_.*OPTIONS|JDK_JAVA_OPTIONS|GCONV_PATH|GIT_.*|MODELWRIGHT_.*)$/i;

export interface EnvironmentOptions {
  /** Of the worker. */
  readonly worker: NodeJS.ProcessEnv;
  /** `env` of the step. */
  readonly given: Readonly<Record<string, string>>;
  /** Set by modelwright, such as MODELWRIGHT_OUTPUTS. */
  readonly own: Readonly<Record<string, string>>;
}

/** @throws PipelineError `COMMAND_NOT_ALLOWED` naming the variable, never its value. */
export function cleanEnvironment({ worker, given, own }: EnvironmentOptions) {
  for (const [name, value] of Object.entries(given)) {
    if (!NAME.test(name) || value.includes('\0')) {
      throw refuse(
        name,
        'it is no name or value that a program can be given',
        'use letters, digits and _',
      );
    }
    if (CODE.test(name)) {
      const reason = 'it would choose what code runs, or is set by modelwright';
      throw refuse(name, reason, 'set it in a script that is allowed as a command');
    }
  }
  const kept = KEPT.flatMap((name) => (worker[name] === undefined ? [] : [[name, worker[name]]]));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...given, ...own };
}

const refuse = (name: string, reason: string, remedy: string) =>
  new PipelineError(
    'COMMAND_NOT_ALLOWED',
    `the variable ${JSON.stringify(name.slice(0, 80))} may not be set: ${reason}`,
    { remedy },
  );
