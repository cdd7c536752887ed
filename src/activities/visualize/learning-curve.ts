import type { TrainingHistory } from '../../ml/model.ts';
import type { DataTable } from '../../ml/visualize/data-table.ts';
import { learningCurve } from '../../ml/visualize/learning-curve.ts';
import { type Draw, need } from './drawing.ts';

export const drawLearningCurve: Draw = async (input, { store }) => {
  const entries = Object.entries(need(input, 'histories', 'learning-curve'));
  const loaded = await Promise.all(
    entries.map(async ([name, ref]) => [name, await store.getJson<TrainingHistory>(ref)] as const),
  );
  const kept = loaded.map(([name, { bestEpoch }]) => `${name}: epoch ${bestEpoch}`).join(', ');
  return [
    {
      name: 'learning-curve',
      title: 'Learning curve',
      caption: `Loss and accuracy over the epochs; kept were ${kept}.`,
      sourceRow: null,
      data: tableOf(loaded),
      svg: (theme) => learningCurve(Object.fromEntries(loaded), theme),
    },
  ];
};

const tableOf = (histories: readonly (readonly [string, TrainingHistory])[]): DataTable => ({
  columns: [
    'model',
    'epoch',
    'loss',
    'validation_loss',
    'accuracy',
    'validation_accuracy',
    'is_kept',
  ],
  rows: histories.flatMap(([name, { epochs, bestEpoch }]) =>
    epochs.map((record) => [
      name,
      record.epoch,
      record.loss,
      record.validationLoss,
      record.accuracy,
      record.validationAccuracy,
      String(record.epoch === bestEpoch),
    ]),
  ),
});
