/** The candidates of a search and how they stand: trained round by round, several at once. */
import PQueue from 'p-queue';
import type { ErrorCode } from '../errors.ts';
import { rank, type Round } from '../ml/search/rounds.ts';
import { type Candidate, settingsOf } from '../search/search-space.ts';
import { type TrialPlace, type TrialResult, trainTrial } from './search-trial.ts';
import type { SearchStep } from './step-types.ts';

type Input = SearchStep['with'];
type Trained = Extract<TrialResult, { type: 'trained' }>;

export interface Trial {
  /** From 0, in the order of the draws. */
  readonly index: number;
  readonly candidate: Candidate;
  /** `null` until it is drawn, and where it cannot be. */
  parameters: number | null;
  /** Why it goes no further. */
  refused: { readonly code: ErrorCode; readonly message: string } | null;
  readonly rounds: TrialRound[];
  /** With the first seed, in its last round. */
  trained: Trained | null;
}

interface TrialRound {
  readonly epochs: number;
  /** For each seed. */
  readonly scores: readonly number[];
}

export type RankedTrial = Trial & { readonly score: number };

export class SearchTrials {
  readonly trials: readonly Trial[];
  /** Trainings that the search took, those of earlier attempts among them. */
  trainings = 0;
  readonly #input: Input;
  readonly #place: TrialPlace;

  constructor(input: Input, candidates: readonly Candidate[], place: TrialPlace) {
    this.#input = input;
    this.#place = place;
    this.trials = candidates.map((candidate, index) => ({
      ...{ index, candidate, parameters: null, refused: null, rounds: [], trained: null },
    }));
  }

  /**
   * Trains these for a round.
   *
   * @returns those that could be trained, the best first.
   * @throws PipelineError of the first training that failed of something else than its candidate;
   * none is begun after it.
   */
  async train(trials: readonly Trial[], { epochs }: Round): Promise<readonly RankedTrial[]> {
    const queue = new PQueue({ concurrency: this.#input.concurrency });
    const failures: unknown[] = [];
    for (const trial of trials) {
      void queue.add(() =>
        this.#trainOne(trial, epochs, () => failures.length > 0).catch((error: unknown) => {
          failures.push(error);
          queue.clear();
        }),
      );
    }
    await queue.onIdle();
    if (failures.length > 0) throw failures[0];
    const standings = trials.map((trial) => ({
      trial,
      index: trial.index,
      parameters: trial.parameters ?? 0,
      score: trial.refused ? null : mean(trial.rounds.at(-1)?.scores ?? []),
    }));
    const better = this.#input.objective === 'validationLoss' ? 'lower' : 'higher';
    return rank(standings, better).map(({ trial, score }) => Object.assign(trial, { score }));
  }

  async #trainOne(trial: Trial, epochs: number, isOver: () => boolean): Promise<void> {
    const { objective, seeds, dataset, budget } = this.#input;
    const base = { architect: this.#input.architect, train: this.#input.train };
    const put = settingsOf(base as never, trial.candidate);
    if ('fault' in put) {
      const { place, problem } = put.fault;
      trial.refused = { code: 'SPEC_INVALID', message: `\`space.${place}\` ${problem}` };
      return;
    }
    const scores: number[] = [];
    for (const seed of seeds) {
      if (isOver()) return;
      const order = { dataset, settings: put.settings, seed, epochs };
      const maxParameters = budget.parameters ?? null;
      const result = await trainTrial({ ...order, maxParameters }, this.#place);
      trial.parameters = result.parameters;
      if (result.type === 'refused') {
        const { code, message } = result;
        trial.refused = { code, message };
        return;
      }
      this.trainings += 1;
      if (scores.length === 0) trial.trained = result;
      // A data set without a validation part is refused before.
      scores.push(result.train.metrics[objective] ?? Number.NaN);
    }
    trial.rounds.push({ epochs, scores });
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
