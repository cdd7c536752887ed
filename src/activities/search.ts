/**
 * The step `search`: candidates of a declared space, each trained in a compute process as `train`
 * trains, and the best of them.
 *
 * It stands in the worker, which hands out the trainings and waits. Each training that ended is
 * written down, so that an attempt after a crash repeats none of them, and one that was cut short
 * goes on from its own checkpoint.
 */
import path from 'node:path';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { drawCandidates, gridOf } from '../ml/search/draw-candidates.ts';
import { halvingRounds, type Round } from '../ml/search/rounds.ts';
import {
  type Candidate,
  type CandidateSettings,
  faultOfGrid,
  readSpace,
  straysOf,
} from '../search/search-space.ts';
import type { TrialPlace } from './search-trial.ts';
import { type RankedTrial, SearchTrials } from './search-trials.ts';
import type { LocalStepContext } from './step-runner.ts';
import type { SearchStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = SearchStep['with'];

const FIRST_ROUND = { epochs: 1, factor: 3 };

export const searchStep: Step<Input, SearchStep['outputs']> = {
  kind: 'search',

  async run(input, context) {
    await requireValidation(input, context);
    const trials = new SearchTrials(input, candidatesOf(input), placeOf(context));
    let left: readonly (typeof trials.trials)[number][] = trials.trials;
    let ranked: readonly RankedTrial[] = [];
    for (const round of roundsOf(input, left.length)) {
      context.log('info', `${left.length} candidates, ${round.epochs} epochs each`);
      ranked = await trials.train(left, round);
      report(ranked, context);
      left = ranked.slice(0, round.keeps);
    }
    return publish(trials, ranked, context);
  },
};

async function requireValidation({ dataset }: Input, { store }: StepContext): Promise<void> {
  const { parts } = decodeDataset(await store.getJson<Json>(dataset));
  if (parts.validation.rows > 0) return;
  throw new PipelineError('SPEC_INVALID', 'search needs rows in the validation part to choose by', {
    remedy: 'give split.validation of the data set a share',
  });
}

/** The compiler says the same of what it can see; here it is what expressions came to. */
function candidatesOf(input: Input): Candidate[] {
  const { method, seed } = input;
  const { trials } = input.budget;
  const base = { architect: input.architect, train: input.train } as unknown as CandidateSettings;
  const [stray] = straysOf(base);
  if (stray) throw new PipelineError('SPEC_INVALID', `\`${stray.place}\` ${stray.problem}`);
  const read = readSpace(input.space as JsonObject);
  if ('faults' in read) {
    const [fault] = read.faults;
    throw new PipelineError('SPEC_INVALID', `\`space.${fault?.place}\` ${fault?.problem}`);
  }
  if (method !== 'grid') return drawCandidates(read.space, { trials, seed });
  const fault = faultOfGrid(read.space, trials);
  if (fault === null) return gridOf(read.space);
  throw new PipelineError('SPEC_INVALID', fault, {
    remedy: 'raise `budget.trials`, give fewer values, or use the method random',
  });
}

function roundsOf({ method, halving, train }: Input, candidates: number): readonly Round[] {
  const { epochs } = train;
  if (typeof epochs !== 'number') {
    throw new PipelineError('SPEC_MISSING_KEY', '`train.epochs` is missing in `search`', {
      remedy: 'add it: each candidate is trained for so long, in the last round',
    });
  }
  if (method !== 'successive-halving') return [{ epochs, keeps: 1 }];
  const { epochs: firstEpochs, factor } = { ...FIRST_ROUND, ...halving };
  return halvingRounds({ candidates, epochs, firstEpochs, factor });
}

function placeOf(context: StepContext): TrialPlace {
  const { perform } = context as Partial<LocalStepContext>;
  if (!perform) throw new PipelineError('INTERNAL', 'search runs in a worker alone');
  return {
    folder: path.join(context.scratch, 'trials'),
    perform: (kind, input, scratch) => perform(kind, input, scratch),
    log: (level, message) => context.log(level, message),
  };
}

function report(ranked: readonly RankedTrial[], context: StepContext): void {
  for (const { index, candidate, score, parameters } of ranked) {
    const values = JSON.stringify(candidate);
    context.log('info', `candidate ${index + 1}: ${score.toFixed(4)}, ${parameters} parameters`, {
      values,
    });
  }
}

async function publish(
  { trials, trainings }: SearchTrials,
  [best]: readonly RankedTrial[],
  { store }: StepContext,
): Promise<SearchStep['outputs']> {
  const table = trials.map(({ index, candidate, parameters, refused, rounds }) => ({
    ...{ index, settings: candidate, parameters, refused, rounds },
  }));
  const stored = await store.putJson({ version: 1, trials: table }, MEDIA_TYPE.trials);
  if (!best?.trained) throw noneTrained(trials);
  const { architecture, parameters, train } = best.trained;
  const { startedFrom: _, ...trained } = train;
  return {
    architecture,
    ...trained,
    trials: stored,
    settings: { ...best.candidate },
    score: best.score,
    candidates: trials.length,
    trainings,
    parameters,
  };
}

function noneTrained(trials: SearchTrials['trials']): PipelineError {
  const refused = trials.flatMap(({ refused: why }) => why ?? []);
  const messages = [...new Set(refused.map(({ message }) => message))];
  const code = refused[0]?.code ?? 'INTERNAL';
  const shown = messages.slice(0, 3).join('; ');
  return new PipelineError(code, `None of ${trials.length} candidates could be trained: ${shown}`, {
    remedy: 'change `space`, or what `architect` and `train` have in common',
  });
}
