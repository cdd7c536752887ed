/** `modelwright serve`: answers predictions of a registered model over HTTP. */
import type { Command } from 'commander';
import { EXIT, PipelineError } from '../errors.ts';
import type { AccessLine } from '../serve/create-server.ts';
import { COMPUTE_ENTRY } from './compute-entry.ts';
import { wholeNumber } from './number-option.ts';
import { onStopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface ServeFlags {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly tokenEnv?: string;
  readonly maxRows: number;
  readonly batchWait: number;
}

const SHORT_TOKEN = 16;
/** Rows that may wait, in requests of the largest size. */
const QUEUED_REQUESTS = 8;
const DEFAULT_ALIAS = 'production';

export function addServe(program: Command, verb: Verb): Command {
  return program
    .command('serve')
    .description('answer predictions of a registered model over HTTP')
    .requiredOption('--model <name>', 'NAME, NAME@ALIAS or NAME@VERSION')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on', wholeNumber({ most: 65_535 }), 8788)
    .option('--token-env <name>', 'variable that holds the token that callers must send')
    .option(
      '--max-rows <n>',
      'rows of a request, and of a pass',
      wholeNumber({ most: 65_536 }),
      1024,
    )
    .option(
      '--batch-wait <ms>',
      'how long a row waits for others to share a pass with',
      wholeNumber({ most: 1000 }),
      2,
    )
    .option('--json', 'print every request as a line of JSON on stdout')
    .action(async (flags: ServeFlags, command) => {
      const scene = sceneOf(command as Command, verb);
      const stopSignal = onStopSignal(scene.terminal, 'what was taken is answered');
      const server = await start(scene, flags, readToken(flags.tokenEnv, verb.io.env));
      try {
        const { version } = server.model.current.version;
        scene.terminal.note(`serving ${flags.model} (version ${version}): ${server.url}/predict`);
        if (flags.tokenEnv === undefined) {
          scene.terminal.note('no token: whatever runs on this machine may ask; see --token-env');
        }
        await stopSignal;
      } finally {
        await server.stop();
      }
      verb.finish(EXIT.interrupted);
    });
}

async function start(
  { terminal, stateFolder }: Scene,
  { model, host, port, maxRows, batchWait }: ServeFlags,
  token: string | null,
) {
  // Loaded here, so that the other verbs do not wait for the HTTP server.
  const { startServer } = await import('../serve/start-server.ts');
  const [name = '', alias = DEFAULT_ALIAS] = model.split('@', 2);
  return startServer({
    ...{ stateFolder, host, port, name, alias, token, maxRows },
    computeEntry: COMPUTE_ENTRY,
    batching: { maxRows, waitMs: batchWait, maxQueuedRows: QUEUED_REQUESTS * maxRows },
    access: (line) => showAccess(terminal, line),
    note: (text) => terminal.note(inert(text)),
  });
}

/** @throws PipelineError `USAGE` naming the variable, never its value. */
function readToken(name: string | undefined, env: NodeJS.ProcessEnv): string | null {
  if (name === undefined) return null;
  const token = env[name] ?? '';
  if (token.length >= SHORT_TOKEN) return token;
  const found = token === '' ? 'is not set or empty' : `has less than ${SHORT_TOKEN} characters`;
  throw new PipelineError('USAGE', `--token-env: the variable ${name} ${found}`, {
    remedy: 'set it to a long random text, which callers send as `authorization: Bearer <token>`',
  });
}

function showAccess(terminal: Terminal, line: AccessLine): void {
  if (terminal.json) {
    const time = new Date().toISOString();
    terminal.io.stdout.write(`${JSON.stringify({ time, ...line })}\n`);
    return;
  }
  const { method, path, status, ms, from, said } = line;
  const words = [from, method, path, status ?? 'gone', `${ms} ms`, said];
  // From outside: neither control characters nor a second line.
  terminal.note(inert(words.filter((word) => word !== '').join(' ')).replaceAll(/[\n\t]+/g, ' '));
}
