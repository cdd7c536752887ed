/** One rule of a gate against the evidence that it names. */
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import type { DriftReport } from '../../ml/audit/drift/drift-report.ts';
import type { AuditReport } from '../../ml/model.ts';
import type { Spent } from '../../workflows/run-spending.ts';
import type { GateStep } from '../step-types.ts';
import { auditFigure } from './audit-figure.ts';
import { driftFigure } from './drift-figure.ts';

type Rule = GateStep['with']['rules'][number];
type Triggered = GateStep['outputs']['triggered'][number];

export interface MeasuredRule extends Triggered {
  readonly isBroken: boolean;
}

export interface RuleSurroundings {
  /** Of the rule, from 0. */
  readonly index: number;
  readonly store: ArtifactStore;
  /** `null`: nobody told, so that every budget counts as not measured. */
  readonly spent: Spent | null;
}

type Found = Pick<MeasuredRule, 'isBroken' | 'message' | 'value' | 'bound'>;

export async function measureRule(rule: Rule, around: RuleSurroundings): Promise<MeasuredRule> {
  const name = rule.name ?? nameOf(rule, around.index);
  return { rule: name, action: rule.action, ...(await find(rule, name, around)) };
}

function nameOf({ audit, drift, budget, comparison }: Rule, index: number): string {
  if (audit) return `audit ${audit.measure}`;
  if (drift) return `drift ${drift.measure}`;
  if (budget) return `budget ${budget.measure}`;
  return comparison ? 'comparison' : `rule ${index + 1}`;
}

async function find(rule: Rule, name: string, { store, spent }: RuleSurroundings): Promise<Found> {
  const { audit, drift, budget, comparison, figure } = rule;
  if (audit) {
    const report = await store.getJson<AuditReport>(audit.report);
    return within(name, auditFigure(report, audit.measure), audit);
  }
  if (drift) {
    const report = await store.getJson<DriftReport>(drift.report);
    return within(name, driftFigure(report, drift.measure), drift);
  }
  if (budget) return within(name, spent?.[budget.measure] ?? null, budget);
  if (figure) return within(name, figure.value, figure);
  if (comparison) {
    const { verdict: value, allow } = comparison;
    const bound = allow.join(' or ');
    const isBroken = !allow.includes(value);
    const message = `${name} is ${value}${isBroken ? `, not ${bound}` : ''}`;
    return { isBroken, message, value, bound };
  }
  const value = rule.if === true;
  return { isBroken: value, message: `${name} is ${value}`, value, bound: false };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function within(name: string, value: number | null, { min, max }: Bounds): Found {
  const isLow = min !== undefined && (value === null || value < min);
  const isHigh = max !== undefined && (value === null || value > max);
  const bound = isLow || max === undefined ? (min ?? 0) : max;
  const isBroken = isLow || isHigh;
  if (value === null) return { isBroken, message: `${name} was not measured`, value, bound };
  const side = isLow ? 'below' : 'above';
  const message = `${name} is ${shown(value)}${isBroken ? `, ${side} ${shown(bound)}` : ''}`;
  return { isBroken, message, value, bound };
}

/** Six digits tell a value from its bound; the exact one is beside the message. */
const shown = (value: number): string => String(Number(value.toPrecision(6)));
