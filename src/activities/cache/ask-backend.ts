/** Asks a compute process which backend it computes with: the worker never loads one itself. */
import type { ComputePool } from '../../compute/pool.ts';
import { PipelineError } from '../../errors.ts';
import type { BackendQuestion } from '../heavy-job.ts';

/**
 * @returns the fingerprint of the backend.
 * @throws PipelineError `BACKEND_UNAVAILABLE`, `COMPUTE_CRASHED`, `CANCELLED` when the pool closes.
 */
export async function askBackend(pool: ComputePool): Promise<string> {
  const question: BackendQuestion = { type: 'backend' };
  const answer = await pool.run(
    { name: 'the question for the backend', payload: { ...question } },
    { signal: new AbortController().signal },
  );
  if (typeof answer === 'string') return answer;
  throw new PipelineError('INTERNAL', 'a compute process did not say which backend it has');
}
