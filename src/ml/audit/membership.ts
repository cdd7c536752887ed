/** Whether a model's answers give away which rows it was trained on. */
import type { CounterRandom } from '../random.ts';
import { quantile } from './bootstrap.ts';
import { chiSquaredTail } from './chi-squared-tail.ts';
import type { MembershipAttack } from './audit-report.ts';

export interface MembershipScores {
  readonly attack: MembershipAttack['attack'];
  /** Higher is likelier to have been trained on; of rows that were, at least one. */
  readonly members: Float64Array;
  /** Of rows that were not, at least one. */
  readonly others: Float64Array;
}

export interface MembershipOptions {
  /** Of the bootstrap. */
  readonly samples: number;
  /** Of both intervals, such as 0.95. */
  readonly confidence: number;
  readonly random: CounterRandom;
}

/**
 * An attacker who knows the mean score of the training rows, and takes every row with at least that
 * for one of them: its advantage is the share of members that it finds less the share of others that it
 * mistakes, with a bootstrap interval. The area under the curve over all thresholds has the interval of
 * DeLong.
 *
 * @see Yeom, Giacomelli, Fredrikson and Jha 2018, Privacy Risk in Machine Learning, arXiv:1709.01604
 * @see DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44
 */
export function measureMembership(
  { attack, members, others }: MembershipScores,
  { samples, confidence, random }: MembershipOptions,
): MembershipAttack {
  const threshold = meanOf(members);
  const [found, mistaken] = [members, others].map((scores) =>
    Float64Array.from(scores, (score) => Number(score >= threshold)),
  ) as [Float64Array, Float64Array];
  const draws = Float64Array.from(
    { length: samples },
    () => resampledMean(found, random) - resampledMean(mistaken, random),
  ).sort();
  return {
    attack,
    ...areaOf(members, others, confidence),
    advantage: meanOf(found) - meanOf(mistaken),
    advantageLow: quantile(draws, (1 - confidence) / 2),
    advantageHigh: quantile(draws, (1 + confidence) / 2),
  };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function resampledMean(values: Float64Array, random: CounterRandom): number {
  let sum = 0;
  for (let draw = 0; draw < values.length; draw += 1) {
    sum += values[random.integer(values.length)] as number;
  }
  return sum / values.length;
}

function areaOf(members: Float64Array, others: Float64Array, confidence: number) {
  const ofMembers = placements(members, others);
  const ofOthers = placements(others, members);
  const auc = meanOf(ofMembers);
  const error = Math.sqrt(varianceOfMean(ofMembers) + varianceOfMean(ofOthers));
  const reach = normalReach(confidence) * error;
  return { auc, aucLow: Math.max(0, auc - reach), aucHigh: Math.min(1, auc + reach) };
}

/** For each score the share of the others that it exceeds, ties half. */
function placements(scores: Float64Array, others: Float64Array): Float64Array {
  const sorted = others.slice().sort();
  return scores.map((score) => {
    const below = countBelow(sorted, (value) => value < score);
    const upTo = countBelow(sorted, (value) => value <= score);
    return (below + upTo) / 2 / sorted.length;
  });
}

/** @param holds  of a first stretch of the rising values alone. */
function countBelow(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(sorted[middle] as number)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Of one row nothing is known, as if it did not vary. */
function varianceOfMean(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return squares / (values.length - 1) / values.length;
}

const BISECTIONS = 60;

/** z with P(|N| ≤ z) = confidence. */
function normalReach(confidence: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (chiSquaredTail(middle ** 2, 1) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}
