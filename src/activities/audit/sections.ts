import { adversarial } from './adversarial.ts';
import { baselines } from './baselines.ts';
import { behaviour } from './behaviour.ts';
import { calibration } from './calibration.ts';
import { groups } from './groups.ts';
import { leakage } from './leakage.ts';
import { membership } from './membership.ts';
import { noise } from './noise.ts';
import { performance } from './performance.ts';
import type { AuditSection } from './section.ts';
import { production } from './production.ts';
import { slices } from './slices.ts';
import { stochasticity } from './stochasticity.ts';
import { texts } from './texts.ts';
import { weakSegments } from './weak-segments.ts';

/** In the order in which they are measured and their checks listed. */
export const SECTIONS: readonly AuditSection[] = [
  performance,
  texts,
  noise,
  calibration,
  baselines,
  groups,
  slices,
  weakSegments,
  behaviour,
  production,
  adversarial,
  membership,
  leakage,
  stochasticity,
];
