/** Trains in a process of its own: SOURCE names the folder of the compiled sources, JOB the work. */
import { readFileSync } from 'node:fs';

const from = (file) => import(`${process.env.SOURCE}/src/${file}.js`);
const { openFolderStore } = await from('artifacts/folder-store');
const { stepEntry } = await from('activities/steps');
const { decodeWith } = await from('spec/step-schemas');

const { store: folder, cases } = JSON.parse(readFileSync(process.env.JOB, 'utf8'));
const store = await openFolderStore(folder);

/** @returns the digest of the weights; `null` where it was stopped. */
async function train({ kind, input, scratch, attempt, passes, kills }) {
  const controller = new AbortController();
  let left = passes;
  const context = {
    run: { id: 'run-1', pipeline: 'test', planDigest: '0'.repeat(64), submittedBy: 'ann' },
    stepId: kind,
    attempt,
    store,
    dataRoot: folder,
    scratch,
    signal: controller.signal,
    heartbeat: () => {
      left -= 1;
      if (left !== 0) return;
      if (kills) process.kill(process.pid, 'SIGKILL');
      controller.abort();
    },
    log: () => undefined,
  };
  try {
    const step = await stepEntry(kind).load();
    const { weights } = await step.run(decodeWith(kind, input), context);
    return weights.sha256;
  } catch (error) {
    if (error.code === 'CANCELLED') return null;
    throw error;
  }
}

const digests = [];
for (const job of cases) digests.push(await train(job));
process.stdout.write(JSON.stringify(digests));
