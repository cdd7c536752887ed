/** Trains in a process of its own: SOURCE names the folder of the compiled sources, JOB the work. */
import { readFileSync } from 'node:fs';

const from = (file) => import(`${process.env.SOURCE}/src/${file}.js`);
const { openFolderStore } = await from('artifacts/folder-store');
const { trainStep } = await from('activities/train');
const { decodeWith } = await from('spec/step-schemas');

const { store: folder, cases } = JSON.parse(readFileSync(process.env.JOB, 'utf8'));
const store = await openFolderStore(folder);

/** @returns the digest of the weights; `null` where it was stopped. */
async function train({ input, scratch, attempt, passes }) {
  const controller = new AbortController();
  let left = passes;
  const context = {
    run: { id: 'run-1', pipeline: 'test', planDigest: '0'.repeat(64), submittedBy: 'ann' },
    stepId: 'train',
    attempt,
    store,
    dataRoot: folder,
    scratch,
    signal: controller.signal,
    heartbeat: () => {
      left -= 1;
      if (left === 0) controller.abort();
    },
    log: () => undefined,
  };
  try {
    const { weights } = await trainStep.run(decodeWith('train', input), context);
    return weights.sha256;
  } catch (error) {
    if (error.code === 'CANCELLED') return null;
    throw error;
  }
}

const digests = [];
for (const job of cases) digests.push(await train(job));
process.stdout.write(JSON.stringify(digests));
