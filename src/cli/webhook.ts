/** `modelwright webhook`: receives the pushes of GitHub, GitLab and Gitea, and syncs them. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { EXIT, PipelineError } from '../errors.ts';
import type { Provider } from '../webhook/provider.ts';
import type { AccessLine } from '../webhook/receiver.ts';
import { KeptClient } from './kept-client.ts';
import { wholeNumber } from './number-option.ts';
import { statusReporter, TOKEN_VARIABLE } from './status-reporter.ts';
import { onStopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface WebhookFlags {
  readonly repo: readonly string[];
  readonly secretEnv?: readonly string[];
  readonly provider: Provider | 'auto';
  readonly host: string;
  readonly port: number;
  readonly statusUrl?: string;
}

const SHORT_SECRET = 16;

export function addWebhook(program: Command, verb: Verb): Command {
  return program
    .command('webhook')
    .description('sync a repository whenever GitHub, GitLab or Gitea tells of a push')
    .requiredOption('--repo <repository>', 'URL, path or OWNER/NAME=URL; may be repeated', collect)
    .option('--secret-env <name>', 'variable that holds the secret; may be repeated', collect)
    .addOption(
      new Option('--provider <name>', 'serve this one alone')
        .choices(['github', 'gitlab', 'gitea', 'auto'])
        .default('auto'),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on', wholeNumber({ most: 65_535 }), 8787)
    .option('--status-url <url>', `API to report to, with the token in ${TOKEN_VARIABLE}`)
    .option('--json', 'print every request as a line of JSON on stdout')
    .action(async (options: WebhookFlags, command) => {
      const scene = sceneOf(command as Command, verb);
      const secrets = readSecrets(options.secretEnv ?? [], verb.io.env);
      const stopSignal = onStopSignal(scene.terminal, 'what is being synced is finished');
      const { receiver, client } = await start(scene, { ...options, secrets, env: verb.io.env });
      try {
        announce(scene.terminal, receiver.url, secrets);
        await stopSignal;
      } finally {
        await receiver.stop();
        await client.close();
      }
      verb.finish(EXIT.interrupted);
    });
}

const collect = (text: string, before: readonly string[] = []) => [...before, text];

interface Started extends WebhookFlags {
  readonly secrets: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

async function start({ terminal, project, stateFolder }: Scene, options: Started) {
  // Loaded here, so that the other verbs do not wait for the HTTP server.
  const { startReceiver } = await import('../webhook/start-receiver.ts');
  const { allowRepository } = await import('../webhook/allowed-repositories.ts');
  const { PROVIDERS } = await import('../webhook/provider.ts');
  const { outcomeOf } = await import('../webhook/sync-outcome.ts');
  const { syncRepository } = await import('../git/sync-repository.ts');
  const client = new KeptClient(stateFolder);
  const receiver = await startReceiver({
    stateFolder,
    host: options.host,
    port: options.port,
    secrets: options.secrets,
    repositories: options.repo.map((text) => allowRepository(text, project)),
    providers: options.provider === 'auto' ? PROVIDERS : [options.provider],
    reporter: await statusReporter(options.statusUrl, options.env),
    sync: ({ repository, delivery: { ref } }) =>
      client.use(async (connected) =>
        outcomeOf(
          await syncRepository(connected, { repository: repository.url, ref, stateFolder }),
        ),
      ),
    access: (line) => showAccess(terminal, line),
    note: (text) => terminal.note(inert(text)),
  });
  return { receiver, client };
}

/** @throws PipelineError `USAGE` naming the variable, never its value */
function readSecrets(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return names.map((name) => {
    const secret = env[name];
    if (secret) return secret;
    throw new PipelineError('USAGE', `--secret-env: the variable ${name} is not set or empty`, {
      remedy: 'set it to the secret that the provider was given',
    });
  });
}

function announce(terminal: Terminal, url: string, secrets: readonly string[]): void {
  terminal.note(`webhook receiver ready: deliver to ${url}/hooks`);
  if (secrets.length === 0) {
    terminal.note('no secret: whatever runs on this machine may deliver; see --secret-env');
  }
  if (secrets.some((secret) => secret.length < SHORT_SECRET)) {
    terminal.note(`a secret is shorter than ${SHORT_SECRET} characters: it can be guessed`);
  }
}

function showAccess(terminal: Terminal, line: AccessLine): void {
  if (terminal.json) {
    const time = new Date().toISOString();
    terminal.io.stdout.write(`${JSON.stringify({ time, ...line })}\n`);
    return;
  }
  const { method, path, status, ms, from, delivery = '', repository = '', said = '' } = line;
  const words = [from, method, path, status ?? 'gone', `${ms} ms`, delivery, repository, said];
  // From outside: neither control characters nor a second line.
  terminal.note(inert(words.filter((word) => word !== '').join(' ')).replaceAll(/[\n\t]+/g, ' '));
}
