/**
 * Finds or builds the Temporal server binary.
 *
 * Order: TEMPORAL_ADDRESS (nothing is needed), `temporal` on PATH, the cached binary,
 * the pinned Go build. The SDK's own download is tried by the last resort in
 * `prepareTemporal` only where Go is missing.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT, TEMPORAL_BINARY, TEMPORAL_VERSION } from './paths.mjs';
import { runCommand, say } from './progress.mjs';

export function findOnPath(name) {
  const exe = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, exe))
    .find((file) => existsSync(file));
}

async function buildWithGo() {
  const folder = path.dirname(TEMPORAL_BINARY);
  mkdirSync(folder, { recursive: true });
  const temporary = path.join(folder, `.build-${process.pid}`);
  try {
    await runCommand(
      'go',
      [
        'build',
        '-trimpath',
        '-ldflags=-s -w',
        '-o',
        temporary,
        'github.com/temporalio/cli/cmd/temporal',
      ],
      {
        cwd: path.join(ROOT, 'tools', 'temporal'),
        env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
        label: `building the Temporal server ${TEMPORAL_VERSION} with Go (about 3 minutes, once)`,
      },
    );
    renameSync(temporary, TEMPORAL_BINARY);
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function downloadWithSdk() {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const folder = path.join(path.dirname(TEMPORAL_BINARY), 'download');
  mkdirSync(folder, { recursive: true });
  const executable = {
    type: 'cached-download',
    downloadDir: folder,
    version: `v${TEMPORAL_VERSION}`,
  };
  const env = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await env.teardown();
  // The SDK names the file its own way; it is the one thing in the folder.
  const [name] = readdirSync(folder);
  if (!name) throw new Error('the download left no file');
  renameSync(path.join(folder, name), TEMPORAL_BINARY);
}

/** Leaves a usable server behind, or throws with what to install. */
export async function prepareTemporal() {
  if (process.env.TEMPORAL_ADDRESS) {
    say(`Temporal: using TEMPORAL_ADDRESS=${process.env.TEMPORAL_ADDRESS}`);
    return;
  }
  const onPath = findOnPath('temporal');
  if (onPath) return say(`Temporal server: ${onPath}`);
  if (existsSync(TEMPORAL_BINARY)) return;
  if (findOnPath('go')) {
    say(`Temporal server: building ${TEMPORAL_VERSION} with Go, once, into the cache`);
    await buildWithGo();
    return say('Temporal server: built');
  }
  try {
    say('Temporal server: no Go here; trying the download of the Temporal SDK');
    await downloadWithSdk();
  } catch (cause) {
    throw new Error(
      'No Temporal server: put the `temporal` CLI on PATH, install Go 1.25 or later, ' +
        `or set TEMPORAL_ADDRESS to a server that runs. (${cause.message})`,
      { cause },
    );
  }
}
