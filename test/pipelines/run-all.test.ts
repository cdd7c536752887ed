/** Every pipeline of the repository runs to its end, with a person's decisions, as users run it. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isTestFile } from '../../src/pipeline-test-name.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const PIPELINES = path.resolve(import.meta.dirname, '../../pipelines');
const files = readdirSync(PIPELINES).filter((file) => file.endsWith('.yaml') && !isTestFile(file));
/** What takes long is made small here; `npm run bench:accuracy` runs it in full. */
const SMALL: Readonly<Record<string, readonly string[]>> = {
  // Each item takes two calls of the command line.
  'medicine-breast-cancer.yaml': ['cases=3'],
  'text-spam.yaml': ['epochs=1', 'words=16'],
  'law-licences.yaml': ['epochs=2', 'words=60'],
  'translate-dates.yaml': ['pairs=0.05', 'transformerEpochs=1', 'rnnEpochs=1'],
};
/** What a first run leaves out. */
const NOT_DONE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'supervised-retraining.yaml': {
    production: 'failed',
    ...{ drift: 'skipped', health: 'skipped', watch: 'skipped', question: 'skipped' },
  },
};
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
let rig: Rig;

beforeAll(async () => {
  rig = await Rig.create();
  for (const file of readdirSync(path.join(PIPELINES, 'data'))) {
    copyFileSync(
      path.join(PIPELINES, 'data', file),
      path.join(rig.project, 'pipelines/data', file),
    );
  }
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

const parametersOf = (file: string): string[] =>
  (SMALL[file] ?? []).flatMap((parameter) => ['--param', parameter]);

async function decideAll(): Promise<void> {
  const open = await rig.json<{ item: string }[]>('review', 'list');
  for (const { item } of open) {
    const shown = await rig.cli('review', 'show', item);
    expect(shown.stdout).toContain('the model says');
    const decided = await rig.cli('review', 'decide', item, '--verdict', 'approve');
    expect(decided).toMatchObject({ code: 0, stderr: '' });
  }
}

describe('pipelines/', () => {
  it.each(files)(
    '%s runs to a promoted model and a report',
    async (file) => {
      rig.write(file, readFileSync(path.join(PIPELINES, file), 'utf8'));
      const id = path.basename(file, '.yaml');
      const { code } = await rig.cli('run', file, '--id', id, ...parametersOf(file), '--wait');
      expect([0, 4]).toContain(code);
      if (code === 4) await decideAll();
      let status = await rig.json<RunStatus>('status', id);
      await rig.until('the run ends', async () => {
        status = await rig.json<RunStatus>('status', id);
        return status.finishedAtMs !== null;
      });
      expect(status.error).toBeNull();
      expect(status.steps.map(({ id, state }) => [id, state])).toEqual(
        status.steps.map(({ id }) => [id, NOT_DONE[file]?.[id] ?? 'succeeded']),
      );
      const written = await rig.json<string[]>('artifacts', 'get', id, '--out', `out-${id}`);
      const report = written.find((name) => name.endsWith('report.html')) ?? '';
      const html = readFileSync(report, 'utf8');
      expect(html).toContain(id);
      // Self-contained: no script, and nothing that a browser would fetch.
      expect(html).not.toMatch(/<script|src="http|href="http|url\(http/i);
      const pictures = written.filter((name) => name.endsWith('.png'));
      expect(pictures.length).toBeGreaterThan(1);
      for (const picture of pictures) {
        expect(readFileSync(picture).subarray(0, 4)).toEqual(PNG);
      }
      const models = written.filter((name) => name.endsWith('.model'));
      expect(models.length).toBeGreaterThan(0);
      for (const model of models) expect(existsSync(path.join(model, 'model.json'))).toBe(true);
      const logs = await rig.cli('logs', id);
      expect(logs.code).toBe(0);
      expect(logs.stdout).toContain('epoch');
    },
    180_000,
  );

  it('grid-digits.yaml tells of each item what it was given and what it gave', async () => {
    const status = await rig.json<RunStatus>('status', 'grid-digits');
    const accuracies = status.outputs?.['accuracies'] as number[];
    expect(accuracies).toHaveLength(4);
    const best = status.steps.find(({ id }) => id === 'best')?.outputs?.['index'] as number;
    expect(accuracies[best]).toBe(Math.max(...accuracies));
    const written = await rig.json<string[]>('artifacts', 'get', 'grid-digits', '--out', 'again');
    const read = (name: string) =>
      readFileSync(written.find((file) => file.endsWith(name)) ?? '', 'utf8');
    expect(read('report.html')).toContain('audits[3]');
    const { entries } = JSON.parse(read('manifest.json')) as {
      entries: { type: string; body: Record<string, unknown> }[];
    };
    const steps = entries.flatMap(({ type, body }) => (type === 'step' ? [body] : []));
    const audits = steps.find(({ step }) => step === 'audits');
    expect(Object.keys(audits?.['inputs'] as object)).toEqual(
      expect.arrayContaining(['0.model', '3.model', '3.dataset']),
    );
    expect(steps.find(({ step }) => step === 'summary')).toMatchObject({ state: 'succeeded' });
  });
});
