/** New data in a real run, and the run's model asked from the command line: the same bytes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const DIGITS = 'pipelines/data/digits.csv';
const PIPELINE = `
name: score
steps:
  data:
    uses: dataset
    with: { source: ${DIGITS}, target: label, split: { seed: 5 } }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: [4] }
  train:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  scores:
    uses: predict
    with: { model: '\${{ steps.train.outputs.model }}', file: ${DIGITS} }
outputs:
  rows: \${{ steps.scores.outputs.rows }}
  threes: \${{ steps.scores.outputs.classes['3'] }}
`;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  rig.write('score.yaml', PIPELINE);
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

it('predicts a file in a run, and by the model of that run', async () => {
  const status = await rig.json<RunStatus>('run', 'score.yaml', '--id', 'one', '--wait');
  expect(status.state).toBe('succeeded');
  const { outputs } = status.steps.find(({ id }) => id === 'scores')!;
  expect(outputs).toMatchObject({ rows: 1797, skipped: { count: 0, rows: [] } });
  const got = await rig.cli('artifacts', 'get', 'one', 'scores.predictions', '--out', 'got');
  expect(got.code).toBe(0);
  const asked = await rig.cli('predict', 'one/train', DIGITS, '--out', 'asked.jsonl');
  expect(asked).toMatchObject({ code: 0, stdout: '' });
  const [inRun, byHand] = ['got/scores.predictions.jsonl', 'asked.jsonl'].map((file) =>
    readFileSync(path.join(rig.project, file), 'utf8'),
  );
  expect(byHand).toBe(inRun);
  expect(inRun!.trimEnd().split('\n')).toHaveLength(1797);
  const other = await rig.cli('predict', 'one/net', DIGITS);
  expect(other).toMatchObject({ code: 1, stdout: '' });
  expect(other.stderr).toContain('these did: train [MODEL_NOT_FOUND]');
}, 120_000);
