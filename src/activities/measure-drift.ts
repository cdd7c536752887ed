/**
 * The activity `measure-drift`: is new data still like what the model in the registry was trained
 * on? The worker looks at digests alone; two tables are compared in a compute process.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { dataRootOf } from '../artifacts/checkout-folder.ts';
import { artifactsFolder, driftScratchFolder } from '../artifacts/state-folder.ts';
import { hashSourceFile } from '../data/source-file.ts';
import { STATISTIC_LABELS, type DriftStatistic } from '../drift-statistics.ts';
import { canonicalJson } from '../json.ts';
import { openModelRegistry, type ModelVersion } from '../registry/model-registry.ts';
import { LEAST_ROWS, type DriftedFeature, type DriftFinding, type DriftJob } from './drift-job.ts';
import { findVersion, type RegistryName } from './model-in-registry.ts';
import { trainingDataOf } from './training-data.ts';

export interface DriftQuestion {
  /** Id of the workflow that asks. */
  readonly check: string;
  readonly source: string;
  readonly commit?: string | undefined;
  readonly model: RegistryName;
  /** Schedules of versions that knew no other do not say. @default psi */
  readonly statistic?: DriftStatistic | undefined;
  readonly threshold: number;
  readonly features: number;
  /** What the check before found under the same declaration. */
  readonly before?: Pick<DriftMeasurement, 'key' | 'says'> | undefined;
}

export interface DriftMeasurement {
  /** `unchanged`: the same data and the same training data as before; nothing was compared. */
  readonly state: 'no-model' | 'unchanged' | DriftFinding['verdict'];
  /**
   * SHA-256 over the new data and the model's training data: the whole evidence. A model that was
   * trained again on the same data is no other evidence, and must not start a run without end.
   */
  readonly key: string;
  /** The outcome in words. */
  readonly says: string;
  /** `null` without a model. */
  readonly version: number | null;
  readonly strongest: readonly DriftedFeature[];
}

export interface DriftSurroundings {
  readonly stateFolder: string;
  /** Sources are relative to it. */
  readonly dataRoot: string;
  readonly store: ArtifactStore;
  /** Runs `compareWithTraining` where it holds nothing up. */
  readonly compare: (job: DriftJob) => Promise<DriftFinding>;
  /** Says why nothing could be told, once for each reason. */
  readonly note: (text: string) => void;
}

/** @throws PipelineError as `compareWithTraining`; `MODEL_INVALID`; `ARTIFACT_CORRUPT`. */
export async function measureDrift(
  question: DriftQuestion,
  around: DriftSurroundings,
): Promise<DriftMeasurement> {
  const { source, model, before } = question;
  const version = await findVersion(openModelRegistry(around.stateFolder), model);
  const found = version
    ? await measureAgainst(version, question, around)
    : {
        state: 'no-model' as const,
        key: '',
        says: `no version of ${model.name} is ${model.alias}: nothing to compare with`,
        version: null,
        strongest: [],
      };
  const isOpen = found.state === 'no-model' || found.state === 'too-few-rows';
  if (isOpen && found.says !== before?.says) around.note(`drift of ${source}: ${found.says}`);
  return found;
}

async function measureAgainst(
  { name, version, model }: ModelVersion,
  { check, source, commit, statistic = 'psi', threshold, features, before }: DriftQuestion,
  { stateFolder, dataRoot, store, compare }: DriftSurroundings,
): Promise<DriftMeasurement> {
  const datasets = await trainingDataOf(model, store);
  const root = await dataRootOf({ stateFolder, project: dataRoot, commit, source });
  const key = keyOf(await hashSourceFile(root, source), datasets);
  if (before?.key === key) {
    return { state: 'unchanged', key, says: before.says, version, strongest: [] };
  }
  const scratch = path.resolve(driftScratchFolder(stateFolder, check));
  const finding = await compare({
    type: 'drift',
    storeFolder: path.resolve(artifactsFolder(stateFolder)),
    dataRoot: path.resolve(root),
    ...{ source, datasets, statistic, threshold, features, scratch },
    // A compute process that is killed leaves its copy of the data.
  }).finally(() => rm(scratch, { recursive: true, force: true }));
  const { verdict: state, strongest } = finding;
  return {
    state,
    // The file may have been replaced since it was hashed: what counts is what was compared.
    key: keyOf(finding.fingerprint, datasets),
    says: wordsOf(finding, `${name} version ${version}`),
    version,
    strongest,
  };
}

const keyOf = (fingerprint: string, datasets: readonly ArtifactRef[]): string =>
  createHash('sha256')
    .update(canonicalJson({ fingerprint, trainedOn: datasets.map(({ sha256 }) => sha256) }))
    .digest('hex');

const labelled = (statistic: DriftStatistic, value: number): string =>
  `${STATISTIC_LABELS[statistic]} ${value.toFixed(2)}`;

function wordsOf({ verdict, rows, compared, drifted, strongest }: DriftFinding, model: string) {
  if (verdict === 'too-few-rows') {
    return `${rows} rows are too few to tell drift from chance; ${LEAST_ROWS} are needed`;
  }
  const named = strongest
    .map(({ name, statistic, value }) => `${name} (${labelled(statistic, value)})`)
    .join(', ');
  return `${drifted} of ${compared} features drifted from what ${model} was trained on; the largest: ${named}`;
}
