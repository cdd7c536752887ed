import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AttemptLease } from '../../../src/ml/checkpoint/attempt-lease.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/ml/checkpoint/checkpoint-file.ts';
import { CheckpointFolder } from '../../../src/ml/checkpoint/checkpoint-folder.ts';

const sample = (step: number) => ({
  job: 'job',
  state: { step, exact: 0.1 + 0.2, tiny: 5e-324 },
  vectors: { weights: Float32Array.of(step, -0, 1e-45, 3.4e38), empty: new Float32Array() },
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a checkpoint', () => {
  it('comes back bit for bit', () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(sample(3)));
    expect(decoded).toEqual(sample(3));
    expect(Object.is(decoded.vectors['weights']?.[1], -0)).toBe(true);
  });

  it('is refused when any one bit is flipped or any tail is missing', () => {
    const bytes = encodeCheckpoint(sample(3));
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      expect(() => decodeCheckpoint(flipped)).toThrow(
        expect.objectContaining({ code: 'ARTIFACT_CORRUPT' }),
      );
      expect(() => decodeCheckpoint(bytes.subarray(0, at))).toThrow(
        expect.objectContaining({ code: 'ARTIFACT_CORRUPT' }),
      );
    }
  });
});

describe('CheckpointFolder', () => {
  it('keeps the two newest and reads the newest', async () => {
    const checkpoints = new CheckpointFolder(folder);
    for (const step of [5, 9, 12]) await checkpoints.write(sample(step), step);
    expect(await readdir(folder)).toHaveLength(2);
    const { checkpoint, problems } = await checkpoints.readLatest('job');
    expect(checkpoint?.state['step']).toBe(12);
    expect(problems).toEqual([]);
  });

  it('falls back to the generation before a torn one, and says so', async () => {
    const checkpoints = new CheckpointFolder(folder);
    for (const step of [5, 9]) await checkpoints.write(sample(step), step);
    const file = path.join(folder, (await readdir(folder)).sort().at(-1) as string);
    await writeFile(file, (await readFile(file)).subarray(0, 100));
    const { checkpoint, problems } = await checkpoints.readLatest('job');
    expect(checkpoint?.state['step']).toBe(5);
    expect(problems).toEqual([expect.stringContaining('checkpoint 9')]);
  });

  it("passes over another job's", async () => {
    const checkpoints = new CheckpointFolder(folder);
    await checkpoints.write(sample(5), 5);
    const { checkpoint, problems } = await checkpoints.readLatest('another');
    expect(checkpoint).toBeNull();
    expect(problems).toEqual([expect.stringContaining('another job')]);
  });
});

describe('AttemptLease', () => {
  it('ends with the next attempt, which an earlier one cannot undo', async () => {
    const first = await AttemptLease.take(folder, 1);
    await first.check();
    const second = await AttemptLease.take(folder, 2);
    const superseded = { code: 'ATTEMPT_SUPERSEDED' };
    await expect(first.check()).rejects.toMatchObject(superseded);
    await expect(AttemptLease.take(folder, 1)).rejects.toMatchObject(superseded);
    await second.check();
  });
});
