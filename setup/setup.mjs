/**
 * Makes a clone ready to run: packages, native TensorFlow, the Temporal server, the build.
 *
 * Idempotent: each part looks first and does nothing where its result is there, so a second
 * run takes well under a second.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.mjs';
import { runCommand, say } from './progress.mjs';

const MINIMUM_NODE = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  throw new Error(`Node ${process.versions.node} is too old: install Node 20.19 or later.`);
}

async function installPackages() {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(ROOT, 'node_modules', '.modelwright-packages');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('packages: npm ci');
  // In CI=true or a shell with NODE_ENV=production the compiler is needed all the same.
  await runCommand('npm', ['ci', '--include=dev', '--include=optional'], {
    cwd: ROOT,
    label: 'installing packages',
  });
  writeFileSync(stamp, digest);
}

try {
  checkNode();
  await installPackages();
  const { prepareTensorFlow } = await import('./native-tensorflow.mjs');
  await prepareTensorFlow();
  const { prepareTemporal } = await import('./temporal-server.mjs');
  await prepareTemporal();
  const { build } = await import('./build.mjs');
  await build();
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
