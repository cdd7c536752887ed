/** A part of an ended run again, by the command line, on a real server with a real worker. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const PIPELINE = `
name: again
steps:
  data:
    uses: dataset
    with:
      source: pipelines/data/digits.csv
      target: label
      features: [{ type: image, columns: pixel_*, shape: [8, 8, 1], range: [0, 16] }]
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: [4] }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  predicted:
    uses: predict
    with:
      model: \${{ steps.fit.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      flag: { confidenceBelow: 1, maxItems: 1 }
  gate:
    uses: human-review
    with:
      predictions: \${{ steps.predicted.outputs.predictions }}
      dataset: \${{ steps.data.outputs.dataset }}
      flagged: \${{ steps.predicted.outputs.flagged }}
      onTimeout: fail
      onReject: continue
  verdict:
    uses: values
    with: { is: '\${{ steps.gate.outputs.verdict }}' }
outputs: { verdict: '\${{ steps.verdict.outputs.is }}' }
`;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  rig.write('again.yaml', PIPELINE);
  await rig.up();
}, 90_000);
afterAll(() => rig.dispose());

async function decideAndEnd(run: string, verdict: string): Promise<RunStatus> {
  await rig.until('the review', async () => {
    return (await rig.json<RunStatus>('status', run)).state === 'waiting-for-review';
  });
  const open = await rig.json<{ item: string; run: string }[]>('review', 'list');
  for (const { item, run: of } of open) {
    if (of !== run) continue;
    const decided = await rig.cli('review', 'decide', item, '--run', run, '--verdict', verdict);
    expect(decided).toMatchObject({ code: 0 });
  }
  let status = await rig.json<RunStatus>('status', run);
  await rig.until('the end', async () => {
    status = await rig.json<RunStatus>('status', run);
    return status.finishedAtMs !== null;
  });
  return status;
}

const taken = ({ steps }: RunStatus) =>
  Object.fromEntries(steps.map(({ id, cachedFrom }) => [id, cachedFrom?.run ?? null]));

describe('rerun', () => {
  it('from a review on asks people anew, and takes over what came before', async () => {
    expect((await rig.cli('run', 'again.yaml', '--id', 'first')).code).toBe(0);
    const first = await decideAndEnd('first', 'approve');
    expect(first.outputs).toEqual({ verdict: 'approved' });
    const again = await rig.cli('rerun', 'first', '--from', 'gate', '--id', 'fork');
    expect(again).toMatchObject({ code: 0, stdout: 'started fork\n' });
    expect(again.stderr).toContain('taking over data, net, fit, predicted from first');
    const fork = await decideAndEnd('fork', 'reject');
    expect(fork.outputs).toEqual({ verdict: 'rejected' });
    expect(taken(fork)).toEqual({
      ...{ data: 'first', net: 'first', fit: 'first', predicted: 'first' },
      ...{ gate: null, verdict: null },
    });
    // The run that it forked from is as it was.
    expect((await rig.json<RunStatus>('status', 'first')).outputs).toEqual({
      verdict: 'approved',
    });
  }, 120_000);

  it('from a step on runs it, whatever is kept', async () => {
    expect((await rig.cli('rerun', 'first', '--from', 'fit', '--id', 'fitted')).code).toBe(0);
    const status = await decideAndEnd('fitted', 'approve');
    expect(taken(status)).toMatchObject({ data: 'first', net: 'first', fit: null });
  }, 120_000);

  it('refuses what makes no sense, and says what would', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await rig.cli('rerun', ...args);
      return [code, stderr.trim()];
    };
    expect(await refused('first', '--from', 'gat')).toEqual([
      2,
      expect.stringContaining('did you mean "gate"?'),
    ]);
    expect(await refused('first')).toEqual([2, expect.stringContaining('--from STEP or --failed')]);
    expect(await refused('first', '--failed')).toEqual([
      2,
      expect.stringContaining('every step of first succeeded'),
    ]);
    expect(await refused('nobody', '--failed')).toEqual([
      1,
      expect.stringContaining('[RUN_NOT_FOUND]'),
    ]);
  });

  it('does not take over what has been damaged since', async () => {
    const folder = path.join(rig.stateFolder, 'artifacts');
    const largest = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0] as string;
    const bytes = readFileSync(largest);
    bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
    writeFileSync(largest, bytes);
    expect((await rig.cli('rerun', 'first', '--from', 'gate', '--id', 'broken')).code).toBe(0);
    let status: RunStatus | null = null;
    await rig.until('the end', async () => {
      status = await rig.json<RunStatus>('status', 'broken');
      return status.finishedAtMs !== null;
    });
    expect(status).toMatchObject({ state: 'failed', error: { code: 'ARTIFACT_CORRUPT' } });
    // From the step that made it, it is made anew.
    expect((await rig.cli('rerun', 'first', '--from', 'data', '--id', 'whole')).code).toBe(0);
    expect((await decideAndEnd('whole', 'approve')).state).toBe('succeeded');
  }, 120_000);
});
