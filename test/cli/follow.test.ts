import { headline } from '../../src/cli/follow.ts';
import type { JsonObject } from '../../src/json.ts';
import type { StepStatus } from '../../src/workflows/run-state.ts';

const line = (kind: string, outputs: JsonObject, items?: StepStatus['items']) =>
  headline({
    ...{ id: 'a', kind, state: 'succeeded', outputs, error: null },
    ...{ startedAtMs: 0, finishedAtMs: 1 },
    ...(items && { items }),
  });

describe('what is said of a step', () => {
  it('is what matters most of its outputs', () => {
    expect(line('architect', { parameters: 12 })).toBe('12 parameters');
    expect(line('import', { format: 'keras', parameters: 12 })).toBe('keras, 12 parameters');
    expect(line('import', { format: 'onnx', parameters: null })).toBe('onnx, to answer alone');
    expect(line('values', { x: 1 })).toBe('');
  });

  it('is how many items have succeeded where it ran for several', () => {
    const outputs = { items: [{ parameters: 1 }], succeeded: 1, failed: 0 };
    expect(line('architect', outputs, { total: 2, succeeded: 2, failed: 0 })).toBe('2 items');
    expect(line('architect', outputs, { total: 3, succeeded: 2, failed: 1 })).toBe(
      '2 of 3 items succeeded',
    );
  });
});
