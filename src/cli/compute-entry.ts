/** The file that compute processes run. */
import { fileURLToPath } from 'node:url';

export const COMPUTE_ENTRY = fileURLToPath(
  new URL('../activities/compute-child.js', import.meta.url),
);
