/**
 * Gives tfjs-node its native TensorFlow.
 *
 * tfjs-node's own install script downloads a prebuilt library; where that cannot be had, the
 * libraries come from the TensorFlow wheel of PyPI and the small binding is compiled against
 * them. Everything is cached by version; without a native library the run goes on with wasm,
 * and `modelwright doctor` says how much slower that is.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ROOT, TENSORFLOW_FOLDER, TENSORFLOW_VERSION } from './paths.mjs';
import { runCommand, say } from './progress.mjs';

const PACKAGE = path.join(ROOT, 'node_modules', '@tensorflow', 'tfjs-node');
const BINDING = path.join(PACKAGE, 'lib', 'napi-v8', 'tfjs_binding.node');
const STAMP = path.join(PACKAGE, '.modelwright-native.json');
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The answers are known: 2·3 + 4·5 = 26, and d(x²)/dx = 2x. */
const SMOKE_TEST = `
const util = require('util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require('@tensorflow/tfjs-node');
const product = tf.matMul([[2, 4]], [[3], [5]]).dataSync()[0];
const slope = tf.grad((x) => x.square())(tf.scalar(3)).dataSync()[0];
if (tf.getBackend() !== 'tensorflow' || product !== 26 || slope !== 6) {
  console.error(tf.getBackend(), product, slope);
  process.exit(1);
}`;

const smokeTest = () =>
  runCommand(process.execPath, ['-e', SMOKE_TEST], {
    cwd: ROOT,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    label: 'testing native TensorFlow',
    timeoutMs: 120_000,
  });

async function tryOfficialInstall() {
  await runCommand(
    'npm',
    ['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false', '--foreground-scripts'],
    { cwd: ROOT, label: "trying tfjs-node's own download", timeoutMs: 5 * 60_000 },
  );
  await smokeTest();
}

const EXTRACT = `
import sys, zipfile
wheel, target = sys.argv[1:3]
wanted = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in wanted or name.startswith('tensorflow/include/'):
            archive.extract(name, target)
`;

async function fetchLibraries() {
  if (existsSync(path.join(TENSORFLOW_FOLDER, 'include'))) return;
  const parent = path.dirname(TENSORFLOW_FOLDER);
  mkdirSync(parent, { recursive: true });
  const work = path.join(parent, `.fetch-${process.pid}`);
  try {
    await runCommand(
      'python3',
      [
        '-m', 'pip', 'download', '--no-deps', '-d', work,
        '--only-binary=:all:', '--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311',
        '--platform', `manylinux_2_27_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
        `tensorflow_cpu==${TENSORFLOW_VERSION}`,
      ],
      { label: `downloading TensorFlow ${TENSORFLOW_VERSION} (274 MB, once)` },
    ); // prettier-ignore
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    await runCommand('python3', ['-c', EXTRACT, path.join(work, wheel), work], {
      label: 'unpacking TensorFlow',
    });
    rmSync(TENSORFLOW_FOLDER, { recursive: true, force: true });
    renameSync(path.join(work, 'tensorflow'), TENSORFLOW_FOLDER);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function compileBinding() {
  const version = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')).version;
  const cached = path.join(TENSORFLOW_FOLDER, `tfjs-node-${version}`, 'tfjs_binding.node');
  if (!existsSync(cached)) {
    const napi = createRequire(import.meta.url)('node-api-headers').include_dir;
    const temporary = `${cached}.${process.pid}`;
    mkdirSync(path.dirname(cached), { recursive: true });
    await runCommand(
      'g++',
      [
        '-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8',
        `-I${napi}`, `-I${path.join(TENSORFLOW_FOLDER, 'include')}`,
        'binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', temporary,
        '-Wl,-rpath,$ORIGIN/../../deps/lib', `-L${TENSORFLOW_FOLDER}`,
        ...LIBRARIES.map((name) => `-l:${name}`),
      ],
      { cwd: PACKAGE, label: 'compiling the TensorFlow binding' },
    ); // prettier-ignore
    renameSync(temporary, cached);
  }
  const libraries = path.join(PACKAGE, 'deps', 'lib');
  rmSync(libraries, { recursive: true, force: true });
  mkdirSync(libraries, { recursive: true });
  for (const name of LIBRARIES) {
    symlinkSync(path.join(TENSORFLOW_FOLDER, name), path.join(libraries, name));
  }
  mkdirSync(path.dirname(BINDING), { recursive: true });
  copyFileSync(cached, BINDING);
  await smokeTest();
}

function isDone() {
  if (!existsSync(STAMP) || !existsSync(BINDING)) return false;
  const { how } = JSON.parse(readFileSync(STAMP, 'utf8'));
  return how === 'official' || existsSync(path.join(TENSORFLOW_FOLDER, LIBRARIES[0]));
}

const finish = (how) => writeFileSync(STAMP, JSON.stringify({ how }));

/** Never fails the set-up: without the native library modelwright runs on wasm, and says so. */
export async function prepareTensorFlow() {
  if (process.env.MODELWRIGHT_BACKEND && process.env.MODELWRIGHT_BACKEND !== 'tensorflow') {
    return say(
      `TensorFlow: MODELWRIGHT_BACKEND=${process.env.MODELWRIGHT_BACKEND}, native skipped`,
    );
  }
  if (!existsSync(PACKAGE)) return say('TensorFlow: tfjs-node is not installed; wasm will be used');
  if (isDone()) return;
  const problems = [];
  const haveCache = existsSync(path.join(TENSORFLOW_FOLDER, 'include'));
  if (!haveCache) {
    try {
      say("TensorFlow: trying tfjs-node's own download first");
      await tryOfficialInstall();
      finish('official');
      return say('TensorFlow: native library installed');
    } catch (error) {
      problems.push(error);
      say('TensorFlow: its download cannot be had here; taking the library from the PyPI wheel');
    }
  }
  try {
    await fetchLibraries();
    await compileBinding();
    finish('wheel');
    return say(`TensorFlow: native ${TENSORFLOW_VERSION} ready`);
  } catch (error) {
    problems.push(error);
  }
  say('WARNING: no native TensorFlow; training will be 3 to 10 times slower on wasm. Why:');
  for (const problem of problems) say(`  ${problem.message.split('\n').join('\n  ')}`);
  say('  To mend: install Python 3 with pip and g++, then run `npm run setup` again.');
}
