/**
 * Compiles src/ into dist/, versions the steps and bundles the workflows; does nothing where dist/ is up to date.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './paths.mjs';
import { runCommand, say } from './progress.mjs';

const DIST = path.join(ROOT, 'dist');
const STAMP = path.join(DIST, '.built');

/** SHA-256 over every source file's name and bytes, the compiler's settings and the packages. */
function sourceDigest() {
  const hash = createHash('sha256');
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of [
    ...files,
    path.join(ROOT, 'tsconfig.json'),
    path.join(ROOT, 'package-lock.json'),
    path.join(ROOT, 'setup', 'build.mjs'),
  ]) {
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

async function bundleWorkflows() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(DIST, 'workflows', 'index.js'),
    logger: { info() {}, debug() {}, trace() {}, log() {}, warn: say, error: say },
  });
  writeFileSync(path.join(DIST, 'workflow-bundle.js'), code);
}

/** The version of the code of each kind that may be cached; see src/activities/cache/. */
async function writeStepVersions(folder) {
  const module = path.join(folder, 'activities', 'cache', 'code-version.js');
  const { computeCodeVersions, VERSIONS_FILE } = await import(pathToFileURL(module).href);
  writeFileSync(path.join(folder, VERSIONS_FILE), JSON.stringify(computeCodeVersions(folder)));
}

export async function build() {
  const digest = sourceDigest();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  say('building: tsc, workflow bundle');
  // Beside dist/, which stays whole until there is something better: a worker may run from it.
  const fresh = path.join(ROOT, `.dist-${process.pid}`);
  try {
    await runCommand(
      process.execPath,
      [
        path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
        ...['-p', 'tsconfig.json', '--outDir', fresh, '--incremental', 'false'],
      ],
      { cwd: ROOT, label: 'compiling' },
    );
    await writeStepVersions(fresh);
    // Replaced, so that a source that was deleted does not live on in dist/.
    rmSync(DIST, { recursive: true, force: true });
    renameSync(fresh, DIST);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  await bundleWorkflows();
  writeFileSync(STAMP, digest);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
