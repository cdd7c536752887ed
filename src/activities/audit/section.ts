/** One part of an audit: what it measures, holds against bounds and warns of. */
import type { AuditReport } from '../../ml/audit/audit-report.ts';
import type { Comparison } from '../../ml/audit/checks.ts';
import type { ProbabilityTable } from '../../ml/audit/metrics.ts';
import type { LoadedModelOnData } from '../model-on-data.ts';
import type { StepContext } from '../step.ts';
import type { AuditStep } from '../step-types.ts';

export type AuditInput = AuditStep['with'];

export interface Audited {
  readonly input: AuditInput;
  readonly loaded: LoadedModelOnData;
  /** What the model says of each row of the part, which has at least one. */
  readonly table: ProbabilityTable;
  readonly context: StepContext;
}

export interface AuditSection {
  /** Before anything is read: `SPEC_INVALID` for settings that contradict each other. */
  readonly require?: (input: AuditInput) => void;
  /**
   * Of a model that gives classes. Sections are measured one after the other, and draw from streams
   * of their own: one more section changes no figure of the others.
   */
  readonly measure?: (audited: Audited) => Partial<AuditReport> | Promise<Partial<AuditReport>>;
  /** One for each bound that is set; of models that write a text too. */
  readonly compare?: (figures: Figures, bounds: AuditInput['checks']) => Comparison[];
  /** What no bound may speak of, but nobody should miss; logged. */
  readonly warnings?: (figures: Figures) => string[];
  /** Of the step. */
  readonly outputs?: (figures: Figures) => Partial<AuditStep['outputs']>;
}

/** Sections that were not measured are absent. */
export type Figures = Omit<AuditReport, 'status' | 'checks'>;
