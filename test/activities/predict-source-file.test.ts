import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { predictStep } from '../../src/activities/predict.ts';
import type { PredictedFile, PredictStep } from '../../src/activities/step-types.ts';
import type { StepContext } from '../../src/activities/step.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Predictions } from '../../src/ml/model.ts';
import { makeModelProject, type ModelProject } from '../predict/model-project.ts';
import { leavingNoTensors } from './small-problem.ts';

let project: ModelProject;
let model: ArtifactRef;
let expected: Predictions;
let rows: string[];

beforeAll(async () => {
  project = await makeModelProject('digits.csv', 'label');
  model = await project.makeModel(4);
  expected = await project.stepPredictions(model);
  const [header = '', ...all] = project.lines;
  rows = [header, ...expected.sourceRows.map((row) => all[row] ?? '')];
}, 60_000);

const logs: string[] = [];
function context(changes: Partial<StepContext> = {}): StepContext {
  return {
    run: { id: 'run', pipeline: 'test', planDigest: '', submittedBy: 'ann' },
    stepId: 'predictions',
    attempt: 1,
    store: project.store,
    dataRoot: project.folder,
    scratch: path.join(project.folder, 'scratch'),
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    log: (level, message) => void logs.push(`${level} ${message}`),
    ...changes,
  };
}

async function predict(text: string, given: Partial<PredictStep['with']> = {}) {
  writeFileSync(path.join(project.folder, 'new.csv'), text);
  const input = { model, file: 'new.csv', part: 'test' as const, ...given };
  return (await predictStep.run(input, context())) as PredictedFile;
}

describe('predict of a file', () => {
  it('gives the bits that it gives of a data set, in order, as JSON Lines', async () => {
    const text = rows.join('\n');
    const outputs = await leavingNoTensors(() => predict(text));
    expect(outputs.predictions.mediaType).toBe(MEDIA_TYPE.jsonLines);
    const stored = Buffer.from(await project.store.get(outputs.predictions)).toString();
    const lines = stored
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { row: number; probabilities: Record<string, number> });
    expect(lines.map(({ row }) => row)).toEqual(expected.labels.map((_, row) => row));
    expect(
      lines.map(({ probabilities }) => expected.classes.map((name) => probabilities[name])),
    ).toEqual(expected.probabilities);
    const best = expected.probabilities.map((all) => Math.max(...all));
    expect(outputs).toMatchObject({
      rows: expected.labels.length,
      fingerprint: createHash('sha256').update(text).digest('hex'),
      skipped: { count: 0, rows: [] },
      meanConfidence: best.reduce((sum, value) => sum + value, 0) / best.length,
    });
    const counted = Object.values(outputs.classes).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(expected.labels.length);
    expect(Object.keys(outputs.classes)).toEqual(expected.classes);
  });

  it('leaves out rows that cannot be read where it may, and writes CSV', async () => {
    const [header = '', first = '', ...rest] = rows;
    const text = [header, `oops${first}`, ...rest].join('\n');
    await expect(predict(text)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { row: 0, line: 2, column: 'pixel_0_0' },
    });
    const outputs = await predict(text, { onError: 'skip', format: 'csv' });
    expect(outputs.skipped).toEqual({ count: 1, rows: [0] });
    expect(outputs.predictions.mediaType).toBe(MEDIA_TYPE.csv);
    const stored = Buffer.from(await project.store.get(outputs.predictions)).toString();
    expect(stored.split('\n')[1]).toMatch(/^1,/);
  });

  it('warns of columns and categories that the model does not know', async () => {
    logs.length = 0;
    await predict(rows.map((line, at) => `${line},${at === 0 ? 'note' : 'x'}`).join('\n'));
    expect(logs).toEqual(['warn the model does not read the column note']);
  });

  it.each(['../new.csv', '/etc/passwd', 'file:///etc/passwd', '%2e%2e/x'])(
    'reads no file outside the project: %s',
    async (file) => {
      await expect(predict('', { file })).rejects.toMatchObject({ code: 'DATA_PATH_REFUSED' });
    },
  );

  it('stops when the run is cancelled', async () => {
    const stop = new AbortController();
    stop.abort(new Error('cancelled by a person'));
    writeFileSync(path.join(project.folder, 'new.csv'), rows.join('\n'));
    const input = { model, file: 'new.csv', part: 'test' as const };
    await expect(predictStep.run(input, context({ signal: stop.signal }))).rejects.toThrow(
      'cancelled by a person',
    );
  });
});
