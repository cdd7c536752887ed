import { isArtifactRef } from '../../src/artifacts/artifact-uri.ts';
import { completeOutputs } from '../../src/dry-run/make-up.ts';
import type { JsonObject } from '../../src/json.ts';
import { isWorkflowKind } from '../../src/plan/workflow-kinds.ts';
import { builtInKinds, contractOf, setOwnKinds, stepKinds } from '../../src/spec/step-schemas.ts';
import type { StepSchema } from '../../src/spec/step-schemas.ts';

const make = (kind: string, given: JsonObject = {}, instance = 'a') => {
  const contract = contractOf(kind);
  if (!contract) throw new Error(`no kind ${kind}`);
  const completed = completeOutputs(contract, given, instance);
  return { ...completed, isValid: contract.validateOutputs(structuredClone(completed.outputs)) };
};

afterEach(() => setOwnKinds([]));

describe('outputs that a test does not give', () => {
  const kinds = builtInKinds().filter((kind) => !isWorkflowKind(kind));
  it.each(kinds)('are what the schema of %s says', (kind) => {
    expect(make(kind).isValid).toBe(true);
    expect(make(kind)).toEqual(make(kind));
    expect(make(kind).madeUp.length).toBeGreaterThan(0);
  });

  it('are those of a predicted file where one of these is given', () => {
    const { outputs, isValid } = make('predict', { meanConfidence: 0.7 });
    expect(isValid).toBe(true);
    expect(Object.keys(outputs)).toContain('skipped');
    expect(Object.keys(make('predict', { accuracy: 0.7 }).outputs)).toContain('flagged');
  });

  it('complete what is given, and keep it', () => {
    const given = { status: 'flag', accuracy: { value: 0.9 } };
    const { outputs, madeUp, isValid } = make('audit', given);
    expect(isValid).toBe(true);
    expect(outputs).toMatchObject({ ...given, expectedCalibrationError: 0.5, checks: [] });
    expect(madeUp.toSorted()).toEqual([
      'accuracy.high',
      'accuracy.low',
      'baselines',
      'beatsBaseline',
      'checks',
      'expectedCalibrationError',
      'groupGaps',
      'report',
    ]);
  });

  it('name artifacts that differ by step and place, and are the same each time', () => {
    const artifacts = (instance: string) =>
      (Object.values(make('dataset', {}, instance).outputs) as unknown[]).filter(isArtifactRef);
    const [one] = artifacts('a');
    expect(one?.mediaType).toBe('application/vnd.modelwright.dataset+json');
    expect(artifacts('a')).toEqual(artifacts('a'));
    expect(artifacts('b')[0]?.sha256).not.toBe(one?.sha256);
  });

  it('leave what is wrong in what is given to be told', () => {
    expect(make('audit', { status: 'good' }).isValid).toBe(false);
    expect(make('audit', { stat: 'pass' }).isValid).toBe(false);
    expect(make('compare', { productionVersion: null }).outputs).toMatchObject({
      productionVersion: null,
      verdict: 'first',
    });
  });

  it('keep within the bounds of a team’s own schema', () => {
    const outputs = {
      type: 'object',
      additionalProperties: false,
      required: ['share', 'count', 'low', 'name', 'list', 'flag', 'open', 'maybe'],
      properties: {
        share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.2 },
        count: { type: 'integer', minimum: 6.5 },
        low: { type: 'number', maximum: -3 },
        name: { type: 'string', minLength: 12 },
        list: { type: 'array', minItems: 2, items: { type: 'integer', maximum: 0 } },
        flag: { type: 'boolean' },
        open: { type: ['null', 'string'] },
        maybe: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
        extra: { type: 'string' },
      },
    };
    const schema = {
      $id: 'steps/own.schema.json',
      type: 'object',
      properties: { with: { type: 'object' }, outputs },
    } as unknown as StepSchema;
    setOwnKinds([{ kind: 'own', schema }]);
    expect(stepKinds()).toContain('own');
    const made = make('own');
    expect(made.isValid).toBe(true);
    expect(made.outputs).toMatchObject({ share: 0.1, count: 7, low: -3, list: [0, 0], flag: true });
    expect(made.outputs).toMatchObject({ open: 'made-up', maybe: 1 });
    expect(made.outputs).not.toHaveProperty('extra');
  });
});
