import { isPipelineError } from '../../src/errors.ts';
import { decodeOutputs, decodeWith, stepKinds } from '../../src/spec/step-schemas.ts';

const ARTIFACT = { uri: 'artifact://sha256/00', sha256: '00', bytes: 1, mediaType: 'text/plain' };

function errorOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (isPipelineError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
}

describe('decodeWith', () => {
  it('knows every kind that has a schema', () => {
    expect(stepKinds()).toEqual([
      'architect',
      'audit',
      'calibrate',
      'command',
      'compare',
      'conformal',
      'coverage',
      'dataset',
      'delay',
      'drift',
      'explain',
      'fuse',
      'gate',
      'http',
      'human-review',
      'import',
      'multi-task',
      'pipeline',
      'predict',
      'promote',
      'registered-model',
      'search',
      'train',
      'transfer',
      'values',
      'visualize',
      'wait-for-event',
    ]);
  });

  it('fills in defaults, nested ones too, in a copy', () => {
    const given = { architecture: ARTIFACT, dataset: ARTIFACT, epochs: 3, earlyStopping: {} };
    const before = structuredClone(given);
    expect(decodeWith('train', given)).toEqual({
      ...given,
      optimizer: { type: 'adam' },
      seed: 0,
      earlyStopping: { monitor: 'validationLoss', patience: 5, minDelta: 0, restoreBest: true },
      checkpoint: { every: '10s' },
    });
    expect(given).toEqual(before);
  });

  it('makes new defaults for every value', () => {
    const given = { source: 'a.csv', target: 'y' };
    const first = decodeWith<{ split: { train: number } }>('dataset', given);
    first.split.train = 0;
    expect(decodeWith<{ split: { train: number } }>('dataset', given).split.train).toBe(0.7);
  });

  it('refuses with every fault in one message', () => {
    const { code, message } = errorOf(() => decodeWith('train', { dataset: ARTIFACT, epochs: 0 }));
    expect(code).toBe('SPEC_INVALID');
    expect(message).toContain('`architecture` is missing');
    expect(message).toContain('`epochs` must be >= 1, not 0');
  });

  it('treats text with an expression as plain text: at run time nothing is open', () => {
    const given = { architecture: ARTIFACT, dataset: ARTIFACT, epochs: '${{ params.n }}' };
    expect(errorOf(() => decodeWith('train', given)).code).toBe('SPEC_INVALID');
  });

  it('says what is not built yet', () => {
    const given = {
      predictions: ARTIFACT,
      flagged: ARTIFACT,
      dataset: ARTIFACT,
      onTimeout: 'escalate',
    };
    expect(errorOf(() => decodeWith('human-review', given)).code).toBe('SPEC_UNSUPPORTED');
  });

  it('refuses unknown kinds and values that are no map', () => {
    expect(errorOf(() => decodeWith('trane', {})).code).toBe('STEP_KIND_UNKNOWN');
    expect(errorOf(() => decodeWith('../artifact', {})).code).toBe('STEP_KIND_UNKNOWN');
    expect(errorOf(() => decodeWith('train', null)).code).toBe('SPEC_INVALID');
    expect(errorOf(() => decodeWith('train', [])).code).toBe('SPEC_INVALID');
  });
});

describe('decodeOutputs', () => {
  const outputs = {
    name: 'x',
    version: 1,
    alias: 'production',
    previousVersion: null,
    promoted: true,
    reason: 'r',
  };

  it('gives back what meets the schema', () => {
    expect(decodeOutputs('promote', outputs)).toEqual(outputs);
  });

  it('blames the step for anything else', () => {
    expect(errorOf(() => decodeOutputs('promote', { ...outputs, version: 0 })).code).toBe(
      'INTERNAL',
    );
    expect(errorOf(() => decodeOutputs('promote', { ...outputs, more: 1 })).code).toBe('INTERNAL');
    expect(errorOf(() => decodeOutputs('promote', undefined)).code).toBe('INTERNAL');
  });
});
