/** What the worker tells a compute child, and where that child's code lies. */
import { fileURLToPath } from 'node:url';
import type { StepInput } from './step.ts';

export interface HeavyJob {
  /** With `with` decoded. */
  readonly input: StepInput;
  readonly attempt: number;
  readonly storeFolder: string;
  readonly dataRoot: string;
  readonly scratch: string;
}

/**
 * The file for a ComputePool to fork. Node runs JavaScript alone, so sources that a test loads
 * directly fork the built file.
 */
export function computeChildEntry(): string {
  const own = fileURLToPath(import.meta.url);
  const url = own.endsWith('.ts')
    ? new URL('../../dist/activities/compute-child.js', import.meta.url)
    : new URL('./compute-child.js', import.meta.url);
  return fileURLToPath(url);
}
