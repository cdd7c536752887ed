import { calibrationOf } from '../../ml/audit/calibration.ts';
import { reliabilityDiagram } from '../../ml/visualize/reliability-diagram.ts';
import type { Draw } from './drawing.ts';
import { loadPredictions } from './load-predictions.ts';

/** As the step `audit` has by default. */
const BINS = 10;

export const drawCalibration: Draw = async (input, context) => {
  const { part, classes, labels, probabilities } = await loadPredictions(
    input,
    context,
    'calibration',
  );
  const values = probabilities.flat();
  const table = { values, rows: labels.length, classes: classes.length };
  const calibration = calibrationOf(labels, table, BINS);
  const filled = calibration.bins.filter(({ rows }) => rows > 0).length;
  return [
    {
      name: 'calibration',
      title: `Calibration, ${part} part`,
      caption: `How often the model is right where it is so confident: expected calibration error ${calibration.expectedCalibrationError.toFixed(4)} over ${labels.length} rows in ${filled} of ${BINS} bins.`,
      sourceRow: null,
      data: {
        columns: ['confidence_above', 'confidence_to', 'rows', 'mean_confidence', 'accuracy'],
        rows: calibration.bins.map(({ low, high, rows, meanConfidence, accuracy }) => [
          low,
          high,
          rows,
          meanConfidence,
          accuracy,
        ]),
      },
      svg: (theme) => reliabilityDiagram({ calibration, part }, theme),
    },
  ];
};
