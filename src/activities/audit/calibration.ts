import { calibrationOf } from '../../ml/audit/calibration.ts';
import { calibrationComparison } from '../../ml/audit/performance-checks.ts';
import type { AuditSection } from './section.ts';

/** How far the model's confidence is from its accuracy. */
export const calibration: AuditSection = {
  measure({ input, loaded, table }) {
    const { expectedCalibrationError, bins } = calibrationOf(
      loaded.part.y,
      table,
      input.calibrationBins,
    );
    return { expectedCalibrationError, calibrationBins: bins };
  },
  compare: calibrationComparison,
  outputs: ({ expectedCalibrationError }) => ({ expectedCalibrationError }),
};
