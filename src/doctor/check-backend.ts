/** Which TensorFlow backend a compute process gets, and how fast it is. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Finding } from './finding.ts';
import { ok, problem } from './finding.ts';

const PROBE = fileURLToPath(new URL('./backend-probe.js', import.meta.url));

/** What backend-probe.ts prints. */
export interface BackendProbe {
  readonly name: 'tensorflow' | 'wasm' | 'cpu';
  readonly fingerprint: string;
  readonly warning: string | null;
  /** Images a second through the forward and backward pass of a small CNN. */
  readonly trainImagesPerSecond: number;
}

const SLOWER = {
  tensorflow: 'full speed',
  wasm: 'roughly ten times slower than native for pictures, twice for tables',
  cpu: 'roughly a thousand times slower than native: for trying things out only',
} as const;

const REMEDY =
  'for the native one: install Python 3 with pip and g++, then `npm run setup`; ' +
  'it says what failed';

export async function checkBackend(): Promise<Finding> {
  let probe: BackendProbe;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROBE], { timeout: 120_000 });
    probe = JSON.parse(stdout) as BackendProbe;
  } catch (error) {
    const message = `no backend can be loaded: ${(error as Error).message}`;
    return problem('tensorflow', 'fail', { message, remedy: REMEDY });
  }
  const details = { ...probe, speedClass: SLOWER[probe.name] };
  const speed = `${Math.round(probe.trainImagesPerSecond)} 28×28 images/s in training`;
  const message = `backend ${probe.name}, ${SLOWER[probe.name]}; ${speed}`;
  if (probe.name === 'tensorflow') return ok('tensorflow', message, details);
  return problem('tensorflow', 'warn', { message, remedy: REMEDY, details });
}
