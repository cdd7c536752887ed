/** Tests of behaviour that the pipeline declares: given rows, and rows with one column changed. */
import { changeCells, type ChangedRow } from '../../data/change-cells.ts';
import { picturesInFiles } from '../../data/incoming/picture-cells.ts';
import { createRowEncoder } from '../../data/incoming/row-encoder.ts';
import { loadShown } from '../../data/load-shown.ts';
import { listed } from '../../data/table.ts';
import { PipelineError } from '../../errors.ts';
import type { BehaviourExample, BehaviourFigure } from '../../ml/audit/audit-report.ts';
import {
  judgeTrials,
  worstTrials,
  type Answers,
  type BehaviourRule,
  type JudgedTrial,
} from '../../ml/audit/behaviour/judge-trials.ts';
import { atLeast } from '../../ml/audit/checks.ts';
import { likeliestClass, type ProbabilityTable } from '../../ml/audit/metrics.ts';
import { drawRows } from '../../ml/draw-rows.ts';
import { faultsOfBehaviour } from '../../plan/checks/check-behaviour.ts';
import { dataRootFor } from '../local-context.ts';
import { predictRows } from '../model-on-data.ts';
import type { Audited, AuditInput, AuditSection } from './section.ts';

type Test = NonNullable<AuditInput['behaviour']>[number];

const USUAL_ROWS = 500;
const MOST_EXAMPLES = 10;
/** Values of all changed rows of a test together: 256 MB. */
const MOST_VALUES = 2 ** 26;

export const behaviour: AuditSection = {
  require({ behaviour: tests = [] }) {
    const [fault] = faultsOfBehaviour(tests);
    if (!fault) return;
    const where = fault.path.join('.');
    throw new PipelineError(fault.code, `audit: ${where}: ${fault.message}`, {
      ...(fault.remedy !== undefined && { remedy: fault.remedy }),
    });
  },
  async measure(audited) {
    const { behaviour: tests } = audited.input;
    if (!tests) return {};
    const figures: BehaviourFigure[] = [];
    for (const test of tests) {
      figures.push(await (test.type === 'minimum' ? tryCells : tryChanges)(test, audited));
    }
    return { behaviour: figures };
  },
  compare: ({ behaviour: tests = [] }) =>
    tests.map(({ name, passRate, minPassRate: min, onFail, tried }) => {
      const what = `the share of ${tried} trials that pass the test "${name}"`;
      const unmeasured = passRate === null ? { unmeasured: 'it changes no row' } : {};
      const measured = { name: `behaviour.${name}`, value: passRate ?? 0, what, ...unmeasured };
      return atLeast(measured, { min, onFail });
    }),
  outputs: ({ behaviour: tests }) =>
    tests
      ? {
          behaviour: tests.map(({ name, tried, failed, passRate }) => ({
            ...{ name, tried, failed, passRate },
          })),
        }
      : {},
};

const indexOf = ({ loaded }: Audited, name: string): number => {
  const { classes } = loaded.classifier;
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  throw new PipelineError('DATA_INVALID', `audit: no class is called ${JSON.stringify(name)}`, {
    remedy: `there are ${listed(classes)}`,
  });
};

/** Rows that are written in the pipeline. */
async function tryCells(test: Test, audited: Audited): Promise<BehaviourFigure> {
  const { loaded, context } = audited;
  const cells = test.cells ?? [];
  const named = test.class ?? test.not ?? '';
  const index = indexOf(audited, named);
  const rule: BehaviourRule = { type: 'given', index, mustBe: test.class !== undefined };
  const x = await encodeCells(test, audited);
  const after = await predictRows(loaded.classifier, { x, rows: cells.length }, context);
  const judged = judgeTrials(
    cells.map((_, row) => ({ from: row, to: row })),
    { before: after, after },
    rule,
  );
  return figureOf(test, judged, (trial) => ({
    row: trial.to,
    before: null,
    after: { cells: JSON.stringify(cells[trial.to]), ...answerOf(audited, after, trial.to) },
  }));
}

async function encodeCells({ name, cells = [] }: Test, { loaded, context }: Audited) {
  const { manifest } = loaded;
  const reader = createRowEncoder(manifest.input.encoders, {
    notation: 'json',
    pictures: () =>
      picturesInFiles({ rootOf: (file) => dataRootFor(context, file), noteFile: () => undefined }),
  });
  const reading = reader.begin();
  const x = new Float32Array(cells.length * reader.width);
  for (const [row, given] of cells.entries()) {
    const known = new Map(Object.entries(given));
    const stray = [...known.keys()].find((column) => !reader.columns.includes(column));
    const values = reader.columns.map((column) => known.get(column));
    const fault =
      stray === undefined
        ? await reading.encode(values, x, row * reader.width)
        : { column: stray, message: 'the model does not read it' };
    if (!fault) continue;
    const message = `audit: the test "${name}", row ${row} (from 0), column ${JSON.stringify(fault.column)}: ${fault.message}`;
    const remedy = 'remedy' in fault ? fault.remedy : `it reads ${listed(reader.columns)}`;
    throw new PipelineError('DATA_INVALID', message, { remedy });
  }
  const [unseen] = reading.unseen.keys();
  if (unseen === undefined) return x;
  const message = `audit: the test "${name}" gives ${JSON.stringify(unseen)} a category that the training part lacks`;
  throw new PipelineError('DATA_INVALID', message, { remedy: 'name one that the model knows' });
}

/** Rows of the audited part, before and after a change. */
async function tryChanges(test: Test, audited: Audited): Promise<BehaviourFigure> {
  const { loaded, input, context, table } = audited;
  const { part, classifier } = loaded;
  const rule = ruleOf(test, audited);
  const rows = rowsOf(test, audited);
  const { columns: shown } = await loadShown(context.store, input.dataset, input.part);
  const given = { encoders: part.manifest.encoders, x: part.x, rows: part.rows, shown };
  const width = part.x.length / part.rows;
  const variants = variantsIn(test.change ?? {});
  if (rows.length * variants * width > MOST_VALUES) {
    const message = `audit: the test "${test.name}" makes ${rows.length * variants} rows of ${width} values`;
    throw new PipelineError('DATA_TOO_LARGE', message, { remedy: 'lower its `rows`' });
  }
  const changed = await changeCells(given, rows, test.change ?? {});
  const x = new Float32Array(changed.length * width);
  changed.forEach(({ values }, index) => x.set(values, index * width));
  const answers: Answers = {
    before: table,
    after: await predictRows(classifier, { x, rows: changed.length }, context),
  };
  const trials = changed.map(({ row }, to) => ({ from: row, to }));
  return figureOf(test, judgeTrials(trials, answers, rule), ({ from, to }) => {
    const told = changed[to] as ChangedRow;
    return {
      row: part.sourceRows[from] as number,
      before: { cells: told.before, ...answerOf(audited, answers.before, from) },
      after: { cells: told.after, ...answerOf(audited, answers.after, to) },
    };
  });
}

function ruleOf(test: Test, audited: Audited): BehaviourRule {
  const index = test.class === undefined ? null : indexOf(audited, test.class);
  if (test.type === 'directional') {
    const { direction = 'not-lower', tolerance = 0 } = test;
    return { type: 'directional', index: index ?? 0, direction, tolerance };
  }
  return { type: 'same', index, maxChange: test.maxChange ?? null };
}

/** In the order of the part; the same for every model. */
function rowsOf({ name, rows = USUAL_ROWS }: Test, { input, loaded }: Audited): number[] {
  const key = { seed: input.seed, stream: `audit-behaviour-${name}` };
  return Array.from(drawRows(loaded.part.rows, rows, key));
}

const variantsIn = ({ to, brightness, shift, replace }: NonNullable<Test['change']>): number =>
  to?.length ??
  brightness?.length ??
  shift?.length ??
  replace?.flatMap((one) => one.to).length ??
  1;

function figureOf(
  { name, type, minPassRate, onFail }: Test,
  judged: readonly JudgedTrial[],
  tell: (trial: JudgedTrial) => BehaviourExample,
): BehaviourFigure {
  const failed = judged.filter(({ passed }) => !passed).length;
  const tried = judged.length;
  return {
    ...{ name, type, tried, failed, minPassRate, onFail },
    passRate: tried === 0 ? null : (tried - failed) / tried,
    examples: worstTrials(judged, MOST_EXAMPLES).map(tell),
  };
}

function answerOf({ loaded }: Audited, table: ProbabilityTable, row: number) {
  const index = likeliestClass(table, row);
  return {
    class: loaded.classifier.classes[index] ?? '',
    probabilities: Array.from({ length: table.classes }, (_, at) =>
      Number(table.values[row * table.classes + at] ?? NaN),
    ),
  };
}
