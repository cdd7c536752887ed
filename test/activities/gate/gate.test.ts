import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gateStep, type GateReport } from '../../../src/activities/gate/gate.ts';
import type { GateStep } from '../../../src/activities/step-types.ts';
import type { StepContext } from '../../../src/activities/step.ts';
import {
  MEDIA_TYPE,
  type ArtifactRef,
  type ArtifactStore,
} from '../../../src/artifacts/artifact.ts';
import { artifactRef } from '../../../src/artifacts/artifact-uri.ts';
import { openFolderStore } from '../../../src/artifacts/folder-store.ts';
import { artifactsFolder } from '../../../src/artifacts/state-folder.ts';
import type { AuditReport } from '../../../src/ml/model.ts';
import { openModelRegistry } from '../../../src/registry/model-registry.ts';

type Input = GateStep['with'];
type Rule = Input['rules'][number];

let state: string;
let store: ArtifactStore;
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-gate-'));
  store = await openFolderStore(artifactsFolder(state));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const SPENT = {
  runSeconds: 75,
  trainingSeconds: 60,
  evaluations: null,
  operations: 3e9,
  reviewItems: 4,
};

const gate = (rules: readonly Rule[], model?: Input['model'], step = 'gate') =>
  gateStep.run({ rules: [...rules], ...(model && { model }) }, {
    run: { id: 'r', pipeline: 'watch', planDigest: 'd', submittedBy: 'ada' },
    stepId: step,
    store,
    stateFolder: state,
    spent: SPENT,
    log: () => undefined,
  } as unknown as StepContext);

const AUDIT: AuditReport = {
  part: 'test',
  rows: 100,
  status: 'fail',
  accuracy: { value: 0.81, low: 0.74, high: 0.88 },
  confidence: 0.95,
  bootstrapSamples: 1_000,
  perClass: [
    { class: 'a', rows: 60, precision: 0.9, recall: 0.95, f1: 0.92 },
    { class: 'b', rows: 40, precision: 0.7, recall: 0.6, f1: 0.65 },
    { class: 'c', rows: 0, precision: null, recall: null, f1: null },
  ],
  confusion: [],
  expectedCalibrationError: 0.125,
  calibrationBins: [],
  noise: [
    { standardDeviation: 0.1, accuracy: 0.8, drop: 0.01 },
    { standardDeviation: 0.3, accuracy: 0.7, drop: 0.11 },
  ],
  checks: [
    { name: 'accuracy', status: 'fail', value: 0.81, bound: 0.9, message: 'low' },
    { name: 'calibration', status: 'flag', value: 0.125, bound: 0.1, message: 'high' },
    { name: 'noise', status: 'flag', value: 0.11, bound: 0.1, message: 'high' },
  ],
  seed: 1,
};

const storeAudit = (change: Partial<AuditReport> = {}): Promise<ArtifactRef> =>
  store.putJson({ ...AUDIT, ...change }, MEDIA_TYPE.audit);

async function promoteTwo(): Promise<void> {
  for (const run of ['a', 'b']) {
    await openModelRegistry(state).promote({
      name: 'm',
      alias: 'production',
      model: artifactRef(run.repeat(64), 10, MEDIA_TYPE.model),
      run: { id: run, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' },
      step: 'promotion',
      metrics: {},
      auditStatus: null,
      reviewVerdict: null,
    });
  }
}

const production = async () =>
  (await openModelRegistry(state).listModels())[0]?.aliases['production'];

const slice = (rows: number, accuracy: number) => ({ rows, accuracy: { value: accuracy } });
/** Of newer sections only what a gate reads. */
const FURTHER = {
  metrics: { f1: { value: 0.77 }, rocAuc: { value: 0.9 } },
  weakSegments: { segments: [{}] },
  slices: [{ minRows: 20, slices: [slice(30, 0.7), slice(19, 0.1), slice(40, 0.9)] }],
  adversarial: { attacks: [{ accuracy: 0.8 }, { accuracy: 0.4 }] },
  membership: { attacks: [{ advantage: 0.1 }, { advantage: 0.2 }] },
  leakage: { leakedShare: 0.15, alone: [{ auc: 0.98 }, { auc: 0.7 }] },
  stochasticity: { rows: 100, differingRows: 2, churn: { share: 0.05 } },
} as unknown as Partial<AuditReport>;

describe('what a rule measures', () => {
  it.each(['f1', 'weakSegments', 'sliceAccuracy', 'adversarial', 'membership', 'churn'] as const)(
    'breaks the bound of %s where the audit did not measure it',
    async (measure) => {
      const report = await storeAudit();
      const found = await gate([{ audit: { report, measure, min: 0 }, action: 'flag' }]);
      expect(found.triggered).toMatchObject([{ value: null }]);
    },
  );

  it.each([
    ['failedChecks', 1],
    ['flaggedChecks', 2],
    ['accuracy', 0.81],
    ['accuracyLowerBound', 0.74],
    ['recallPerClass', 0.6],
    ['calibration', 0.125],
    ['noise', 0.11],
    ['f1', 0.77],
    ['rocAuc', 0.9],
    ['weakSegments', 1],
    ['sliceAccuracy', 0.7],
    ['adversarial', 0.4],
    ['membership', 0.2],
    ['leakedRows', 0.15],
    ['targetLeak', 0.98],
    ['repeatability', 0.02],
    ['churn', 0.05],
  ] as const)('reads %s of an audit', async (measure, value) => {
    const report = await storeAudit(FURTHER);
    const rules: Rule[] = [
      { name: 'well', audit: { report, measure, min: value, max: value }, action: 'stop' },
      { name: 'more', audit: { report, measure, max: value - 1e-9 }, action: 'flag' },
      { name: 'less', audit: { report, measure, min: value + 1e-9 }, action: 'flag' },
    ];
    const { triggered } = await gate(rules);
    expect(triggered).toMatchObject([
      { rule: 'more', value, bound: value - 1e-9 },
      { rule: 'less', value, bound: value + 1e-9 },
    ]);
  });

  it('takes the largest gap of several columns, and none where one cannot be measured', async () => {
    const gap = (value: number) => ({ value, low: 0, high: 1 });
    const column = (demographicParity: ReturnType<typeof gap> | null) => ({
      column: 'c',
      favourable: 'a',
      groups: [],
      gaps: { demographicParity, equalisedOdds: null, disparateImpact: gap(0.7) },
      warnings: [],
    });
    const report = await storeAudit({ groups: [column(gap(0.1)), column(gap(0.3))] });
    const { triggered } = await gate([
      { audit: { report, measure: 'demographicParity', max: 0.2 }, action: 'flag' },
      { audit: { report, measure: 'equalisedOdds', max: 0.2 }, action: 'flag' },
      { audit: { report, measure: 'disparateImpact', min: 0.7 }, action: 'flag' },
      { audit: { report, measure: 'bleu', min: 0 }, action: 'flag' },
    ]);
    expect(triggered.map(({ message, value }) => [message, value])).toEqual([
      ['audit demographicParity is 0.3, above 0.2', 0.3],
      ['audit equalisedOdds was not measured', null],
      ['audit bleu was not measured', null],
    ]);
  });

  it('takes figures of any step, conditions and comparisons', async () => {
    const { triggered, rules } = await gate([
      { name: 'gain', figure: { value: 0.02, min: 0.05 }, action: 'flag' },
      { name: 'known', figure: { value: null, min: 0 }, action: 'flag' },
      { name: 'even', figure: { value: 4, min: 4, max: 4 }, action: 'stop' },
      { name: 'too few rows', if: true, action: 'flag' },
      { name: 'too many', if: false, action: 'stop' },
      { comparison: { verdict: 'unsure', allow: ['better', 'first'] }, action: 'flag' },
      { comparison: { verdict: 'first', allow: ['better', 'first'] }, action: 'stop' },
    ]);
    expect(rules).toBe(7);
    expect(triggered.map(({ message }) => message)).toEqual([
      'gain is 0.02, below 0.05',
      'known was not measured',
      'too few rows is true',
      'comparison is unsure, not better or first',
    ]);
  });

  it('holds what the run has spent against budgets, and a cost that nobody knows breaks one', async () => {
    const of = (measure: keyof typeof SPENT, max: number): Rule => ({
      budget: { measure, max },
      action: 'flag',
    });
    const { triggered } = await gate([
      of('runSeconds', 75),
      of('trainingSeconds', 59),
      of('evaluations', 1e9),
      of('operations', 1e9),
      of('reviewItems', 3),
    ]);
    expect(triggered.map(({ message }) => message)).toEqual([
      'budget trainingSeconds is 60, above 59',
      'budget evaluations was not measured',
      'budget operations is 3000000000, above 1000000000',
      'budget reviewItems is 4, above 3',
    ]);
  });
});

it('reads a drift report, and takes too few rows for not measured', async () => {
  const column = (name: string, value: number, hasDrifted: boolean) => ({
    column: name,
    value,
    hasDrifted,
  });
  const columns = [column('a', 0.4, true), column('b', 0.25, true), column('c', 0.1, false)];
  const store4 = (verdict: string, of = columns) =>
    store.putJson({ verdict, columns: of.map((one) => ({ ...one })) }, MEDIA_TYPE.drift);
  const report = await store4('drift');
  const { triggered } = await gate([
    { drift: { report, measure: 'driftedColumns', max: 1 }, action: 'flag' },
    { drift: { report, measure: 'driftedShare', max: 0.5 }, action: 'flag' },
    { drift: { report, measure: 'largestValue', max: 0.4 }, action: 'stop' },
    {
      drift: { report: await store4('too-few-rows', []), measure: 'largestValue', max: 9 },
      action: 'flag',
    },
  ]);
  expect(triggered.map(({ message }) => message)).toEqual([
    'drift driftedColumns is 2, above 1',
    'drift driftedShare is 0.666667, above 0.5',
    'drift largestValue was not measured',
  ]);
});

describe('what comes of it', () => {
  const broken = (action: Rule['action'], name: string): Rule => ({ name, if: true, action });

  it('passes where every rule holds', async () => {
    const outputs = await gate([{ name: 'x', if: false, action: 'stop' }]);
    expect(outputs).toMatchObject({ verdict: 'pass', triggered: [], summary: 'every rule holds' });
  });

  it('takes the gravest action', async () => {
    expect(await gate([broken('flag', 'a')])).toMatchObject({ verdict: 'flag' });
    expect(await gate([broken('ask', 'b'), broken('flag', 'a')])).toMatchObject({
      verdict: 'ask',
      summary: 'b is true; a is true',
    });
  });

  it('fails where a rule says stop, naming rules, values and bounds; the report is kept', async () => {
    const report = await storeAudit();
    const rules: Rule[] = [
      broken('ask', 'odd'),
      { name: 'accuracy', audit: { report, measure: 'accuracy', min: 0.9 }, action: 'stop' },
    ];
    const error = (await gate(rules).catch((thrown: unknown) => thrown)) as {
      details: { evidence: ArtifactRef };
    };
    expect(error).toMatchObject({
      code: 'GATE_CLOSED',
      message: 'the gate is closed: accuracy is 0.81, below 0.9',
      details: { rules: ['accuracy'] },
    });
    const kept = await store.getJson<GateReport>(error.details.evidence);
    expect(kept).toMatchObject({ verdict: 'stop', rolledBack: null });
    expect(kept.rules).toMatchObject([
      { rule: 'odd', isBroken: true },
      { rule: 'accuracy', isBroken: true, value: 0.81, bound: 0.9 },
    ]);
  });

  it('gives the same bytes for the same evidence', async () => {
    const rules = [broken('ask', 'b')];
    expect((await gate(rules)).report).toEqual((await gate(rules)).report);
  });
});

describe('rolling back', () => {
  const bad: Rule = { name: 'complaints', figure: { value: 9, max: 3 }, action: 'roll-back' };
  const model = { name: 'm', alias: 'production' };

  it('moves the alias back once, however often the step is tried', async () => {
    await promoteTwo();
    const outputs = await gate([bad], { ...model, version: 2 });
    expect(outputs).toMatchObject({
      verdict: 'flag',
      rolledBack: { name: 'm', alias: 'production', from: 2, to: 1 },
      summary: 'complaints is 9, above 3; m version 1 is production again, instead of 2',
    });
    expect(await gate([bad], { ...model, version: 2 })).toEqual(outputs);
    expect(await production()).toBe(1);
    const [registered] = await openModelRegistry(state).listModels();
    expect(registered?.moves.at(-1)).toMatchObject({
      run: 'r',
      step: 'gate',
      rollBack: { by: 'watch, step gate', reason: 'complaints is 9, above 3' },
    });
  });

  it('does nothing where the rules hold, where none was judged, or another is there by now', async () => {
    await promoteTwo();
    const holds: Rule = { ...bad, figure: { value: 1, max: 3 } };
    expect(await gate([holds], model)).toMatchObject({ verdict: 'pass', rolledBack: null });
    expect(await gate([bad], { ...model, version: 1 })).toMatchObject({ rolledBack: null });
    expect(await gate([bad], { ...model, version: null })).toMatchObject({ rolledBack: null });
    expect(await production()).toBe(2);
  });

  it('is refused where nothing came before, and where there is no such model', async () => {
    await promoteTwo();
    await gate([bad], model);
    await expect(gate([bad], model, 'again')).rejects.toMatchObject({ code: 'ROLL_BACK_REFUSED' });
    await expect(gate([bad], { ...model, name: 'other' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });

  it('rolls back before it stops', async () => {
    await promoteTwo();
    await expect(
      gate([bad, { name: 'end', if: true, action: 'stop' }], model),
    ).rejects.toMatchObject({
      code: 'GATE_CLOSED',
      message: 'the gate is closed: end is true; m version 1 is production again, instead of 2',
    });
    expect(await production()).toBe(1);
  });
});
