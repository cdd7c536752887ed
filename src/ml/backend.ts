/**
 * Chooses and prepares the tensor backend: native TensorFlow, then WebAssembly, then plain
 * JavaScript.
 *
 * Tensor code everywhere says `import * as tf from '@tensorflow/tfjs'`: tfjs-node and the wasm
 * package register their backends on that same core, and nothing else may be imported from
 * tfjs-node. Whoever runs tensor code awaits `loadBackend()` first.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../errors.ts';
import { registerFastGradients } from './backend-gradients.ts';

export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface Backend {
  readonly tf: typeof tf;
  readonly name: BackendName;
  /** Equal fingerprints promise equal bits: backend, versions, threads, CPU and architecture. */
  readonly fingerprint: string;
  /** Why a faster backend is not in use, for a person; `null` on the native one. */
  readonly warning: string | null;
}

const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const satisfies readonly BackendName[];

let loading: Promise<Backend> | undefined;

/**
 * The fastest backend there is, loaded once.
 *
 * `MODELWRIGHT_BACKEND` (tensorflow, wasm or cpu) insists on one.
 *
 * @throws PipelineError `USAGE` for another name; `BACKEND_UNAVAILABLE` if the one insisted on
 * cannot be loaded.
 */
export function loadBackend(): Promise<Backend> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Backend> {
  // Production mode silences tfjs' hints; it changes no result.
  tf.enableProdMode();
  const wanted = process.env['MODELWRIGHT_BACKEND'];
  if (wanted !== undefined && wanted !== '') return loadNamed(wanted);
  const problems: string[] = [];
  for (const name of BACKENDS) {
    try {
      return await activate(name, problems.length > 0 ? problems.join('; ') : null);
    } catch (error) {
      problems.push(`${name} is not available (${firstLine(error)})`);
    }
  }
  throw new PipelineError('BACKEND_UNAVAILABLE', `No tensor backend: ${problems.join('; ')}`);
}

async function loadNamed(wanted: string): Promise<Backend> {
  const name = BACKENDS.find((known) => known === wanted);
  if (!name) {
    throw new PipelineError('USAGE', `MODELWRIGHT_BACKEND is "${wanted}"`, {
      remedy: `set it to ${BACKENDS.join(', ')} or to nothing`,
    });
  }
  try {
    return await activate(name, name === 'tensorflow' ? null : `MODELWRIGHT_BACKEND=${name}`);
  } catch (cause) {
    throw new PipelineError(
      'BACKEND_UNAVAILABLE',
      `MODELWRIGHT_BACKEND asks for ${name}, which cannot be loaded: ${firstLine(cause)}`,
      { cause, remedy: 'run the set-up again, or unset MODELWRIGHT_BACKEND' },
    );
  }
}

async function activate(name: BackendName, reason: string | null): Promise<Backend> {
  const parts: string[] = [name, `tfjs ${tf.version_core}`];
  if (name === 'tensorflow') parts.push(...(await importNative()));
  if (name === 'wasm') parts.push(await importWasm());
  if (!(await tf.setBackend(name))) throw new Error(`${name} did not start`);
  await tf.ready();
  registerFastGradients(name);
  parts.push(process.arch, `cpu ${cpuDigest()}`);
  const warning = reason && `Tensors run on ${name}, much slower than native: ${reason}`;
  return { tf, name, fingerprint: parts.join('; '), warning };
}

/** @returns versions and settings that change the bits. */
async function importNative(): Promise<string[]> {
  // TensorFlow logs to stderr, which is the run's log; only errors belong there.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  await restoreRemovedNodeFunction();
  await import('@tensorflow/tfjs-node');
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  const threads = process.env['TF_NUM_INTRAOP_THREADS'] ?? String(os.availableParallelism());
  const oneDnn = process.env['TF_ENABLE_ONEDNN_OPTS'] ?? 'default';
  return [
    `TensorFlow ${binding?.TF_Version ?? 'unknown'}`,
    `threads ${threads}`,
    `oneDNN ${oneDnn}`,
  ];
}

/** Node 23 removed util.isNullOrUndefined, which tfjs-node 4.22 calls. */
async function restoreRemovedNodeFunction(): Promise<void> {
  const { createRequire } = await import('node:module');
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}

async function importWasm(): Promise<string> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  return `wasm ${wasm.version_wasm}`;
}

/** Twelve hex digits over model and instruction sets: kernels choose their code by them. */
function cpuDigest(): string {
  const hash = createHash('sha256');
  hash.update(os.cpus()[0]?.model ?? 'unknown');
  if (process.platform === 'linux') {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    hash.update(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '');
  }
  return hash.digest('hex').slice(0, 12);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}
