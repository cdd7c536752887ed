/** Whether a fusion is right more often than its best member, by a paired test. */
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { pairedTest, verdictOf } from '../../ml/audit/paired-test.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { type Member, measureMember } from './measure-members.ts';

const ALPHA = 0.05;
const SAMPLES = 2000;

type Tested = Pick<FuseStep['outputs'], 'beatsBest' | 'message' | 'test'>;

export interface Contest {
  readonly dataset: ArtifactRef;
  readonly fusion: Member;
  /** At least one, measured on the validation part as the fusion. */
  readonly members: readonly Member[];
  readonly seed: number;
}

/** On the test part where it has rows, which nothing was fitted on. */
export async function testFusion(
  { dataset, fusion, members, seed }: Contest,
  context: StepContext,
): Promise<Tested> {
  const best = members.reduce((so, { metrics }, index) => {
    const { accuracy, loss } = (members[so] as Member).metrics;
    const isBetter =
      metrics.accuracy > accuracy || (metrics.accuracy === accuracy && metrics.loss < loss);
    return isBetter ? index : so;
  }, 0);
  const held = await loadPart(context.store, dataset, 'test');
  const rivals = { fusion, member: members[best] as Member };
  const pair = held.rows > 0 ? await measureAgain(rivals, held, context) : rivals;
  const random = new CounterRandom({ seed, stream: 'fuse:bootstrap' });
  const options = { samples: SAMPLES, confidence: 0.95, random };
  const { pValue, difference } = pairedTest(pair.fusion.right, pair.member.right, options);
  const verdict = verdictOf({ pValue, difference }, { alpha: ALPHA, minImprovement: 0 });
  const part = held.rows > 0 ? ('test' as const) : ('validation' as const);
  const test = { part, rows: pair.fusion.right.length, bestMember: best + 1, pValue, difference };
  return { beatsBest: verdict === 'better', message: messageOf(verdict, test), test };
}

interface Rivals {
  readonly fusion: Member;
  readonly member: Member;
}

async function measureAgain(
  { fusion, member }: Rivals,
  part: LoadedPart,
  context: StepContext,
): Promise<Rivals> {
  return {
    fusion: await measureMember(fusion.ref, 'the fusion', { part, context }),
    member: await measureMember(member.ref, 'the best member', { part, context }),
  };
}

const WORDS = {
  better: 'beats',
  worse: 'is worse than',
  unsure: 'is not shown to beat',
} as const;

function messageOf(verdict: keyof typeof WORDS, test: Tested['test']): string {
  const { part, rows, bestMember, pValue, difference } = test;
  const gain = `${difference.value < 0 ? '' : '+'}${difference.value.toFixed(4)}`;
  return `the fusion ${WORDS[verdict]} member ${bestMember}, its best, on the ${rows} rows of the ${part} part: accuracy ${gain}, p = ${pValue.toPrecision(2)}`;
}
