/** Whether the training part gives away what the model is measured by. */
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { rowFeaturesOf, type RowFeature } from '../../data/row-features.ts';
import { tokenValuesOf } from '../../data/token-values.ts';
import { PipelineError } from '../../errors.ts';
import type { LeakageFigures } from '../../ml/audit/audit-report.ts';
import { atMost } from '../../ml/audit/checks.ts';
import { nearestDistances } from '../../ml/audit/leakage/nearest-row.ts';
import { sharedRows } from '../../ml/audit/leakage/shared-rows.ts';
import { categoryAlone, numberAlone } from '../../ml/audit/leakage/single-feature.ts';
import { drawRows, takeRows } from '../../ml/draw-rows.ts';
import { requireRows } from '../model-on-data.ts';
import type { Audited, AuditSection } from './section.ts';

type Leakage = LeakageFigures['leakage'];
type Rows = Pick<LoadedPart, 'rows' | 'x' | 'y'>;

/** More values are a picture's, of which none says anything alone. */
const MOST_VALUES = 4096;
const MOST_FEATURES = 20;
/** Row times row times value would take minutes. */
const MOST_DISTANCES = 4e9;

export const leakage: AuditSection = {
  require({ leakage: settings, part, checks }) {
    if (settings && part === 'train') {
      throw new PipelineError(
        'SPEC_INVALID',
        'audit: `leakage` compares the training part with another',
        { remedy: 'audit the test part' },
      );
    }
    const bound = (['leakedRows', 'targetLeak'] as const).find((name) => checks[name]);
    if (settings || bound === undefined) return;
    throw new PipelineError('SPEC_INVALID', `audit: ${bound} has a bound and is not measured`, {
      remedy: 'add `leakage: {}`, or take the bound away',
    });
  },
  measure: async (audited) =>
    audited.input.leakage ? { leakage: await measureLeakage(audited) } : {},
  compare({ leakage: figures }, { leakedRows, targetLeak }) {
    if (!figures) return [];
    const strongest = figures.alone[0]?.auc ?? 0.5;
    const what = `the area under the curve of ${figures.alone[0]?.feature ?? 'a feature'} alone`;
    return [
      ...(leakedRows
        ? [
            atMost(
              {
                name: 'leakedRows',
                value: figures.leakedShare,
                what: 'the share of rows that training has too, or nearly',
              },
              leakedRows,
            ),
          ]
        : []),
      ...(targetLeak ? [atMost({ name: 'targetLeak', value: strongest, what }, targetLeak)] : []),
    ];
  },
};

async function measureLeakage({ input, loaded, context }: Audited): Promise<Leakage> {
  const { rows: most = 2000, near = 0.01 } = input.leakage ?? {};
  const train = await loadPart(context.store, input.dataset, 'train');
  requireRows(train, 'train');
  const { part } = loaded;
  const { shared, contradictory } = sharedRows(part, train);
  const leaked = Uint8Array.from(shared);
  const drawn = drawRows(part.rows, most, { seed: input.seed, stream: 'audit-leakage-rows' });
  const onRow = () => context.signal.throwIfAborted();
  const distances = hasDistances(part, train, drawn.length)
    ? nearestDistances(
        { x: takeRows(part.x, part.x.length / part.rows, drawn), rows: drawn.length },
        train,
        onRow,
      )
    : null;
  context.heartbeat();
  let nearRows = 0;
  distances?.forEach((distance, at) => {
    const row = drawn[at] as number;
    if (distance > near || shared[row] === 1) return;
    nearRows += 1;
    leaked[row] = 1;
  });
  const comparedLeaks = drawn.filter((row) => leaked[row] === 1).length;
  const sharedCount = shared.reduce((sum, one) => sum + one, 0);
  return {
    rows: part.rows,
    trainingRows: train.rows,
    sharedRows: sharedCount,
    contradictoryRows: contradictory,
    comparedRows: distances ? drawn.length : 0,
    nearRows: distances ? nearRows : null,
    near,
    leakedShare: distances ? comparedLeaks / drawn.length : sharedCount / part.rows,
    alone: featuresAlone(train, loaded.classifier.classes),
  };
}

/** Ids of words have no distance, and of large parts all of them take too long. */
function hasDistances(part: LoadedPart, train: LoadedPart, compared: number): boolean {
  if (tokenValuesOf(part.manifest).includes(true)) return false;
  return (compared * train.rows * part.x.length) / part.rows <= MOST_DISTANCES;
}

function featuresAlone(train: LoadedPart, classes: readonly string[]): Leakage['alone'] {
  const features = rowFeaturesOf(train.manifest).filter(
    ({ encoder }) => encoder === null || encoder.type === 'number' || encoder.type === 'category',
  );
  if (train.x.length / train.rows > MOST_VALUES) return [];
  const found = features.flatMap((feature) => {
    const alone = measureAlone(train, feature, classes.length);
    if (!alone) return [];
    return [{ feature: feature.name, class: classes[alone.class] ?? '', auc: alone.auc }];
  });
  return found.sort((a, b) => b.auc - a.auc).slice(0, MOST_FEATURES);
}

function measureAlone(train: Rows, { encoder, values }: RowFeature, classes: number) {
  if (encoder?.type === 'category') return categoryAlone(train, values, classes);
  return numberAlone(train, values[0] ?? 0, classes);
}
