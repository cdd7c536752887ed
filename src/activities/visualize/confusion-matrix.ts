import { confusionOf } from '../../ml/audit/metrics.ts';
import { confusionMatrix } from '../../ml/visualize/confusion-matrix.ts';
import type { Draw } from './drawing.ts';
import { loadPredictions } from './load-predictions.ts';

export const drawConfusion: Draw = async (input, context) => {
  const found = await loadPredictions(input, context, 'confusion-matrix');
  const { part, classes, labels, probabilities } = found;
  const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const confusion = confusionOf(labels, predicted, classes.length);
  const wrong = labels.filter((label, row) => label !== predicted[row]).length;
  return [
    {
      name: 'confusion-matrix',
      title: `Confusion matrix, ${part} part`,
      caption: `${wrong} of ${labels.length} rows are predicted wrong.`,
      sourceRow: null,
      data: {
        columns: ['true_class', 'predicted_class', 'rows'],
        rows: confusion.flatMap((line, row) =>
          line.map((count, column) => [classes[row] ?? '?', classes[column] ?? '?', count]),
        ),
      },
      svg: (theme) => confusionMatrix({ classes, confusion, part }, theme),
    },
  ];
};
