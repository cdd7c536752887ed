/**
 * Which kinds of steps may be taken from the cache, and why the others may not.
 *
 * A kind may be kept if its outputs follow from nothing but what the key holds. It must not read
 * the registry, the clock, the network or a file that `files` does not name, must not write its
 * run's id into what it stores, and must do nothing outside the store. (`train` writes when each
 * epoch ended into its history: that says when the work was done, which stays true.)
 */
import { sourceFilesOf } from '../../data/sources/files-of-source.ts';
import { formatOf } from '../../data/sources/source-format.ts';
import { formatOfModel } from '../../layers/model-format.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';

export interface CacheRule {
  /** Runs a tensor backend, whose fingerprint decides the bits. */
  readonly computes: boolean;
  /** Paths of the files that the step reads below its data root, or patterns of them. */
  readonly files: (input: JsonObject) => readonly string[];
  /** Keys of `with` that change how the work is done and not what comes out. */
  readonly irrelevant: readonly string[];
  /** Kinds that it has performed by compute processes: their code is its own. */
  readonly performs?: readonly string[];
  /** Why this very input must run, where the kind as such may be kept. */
  readonly refuses?: (input: JsonObject) => string | null;
  /** The digest of the files read, where the outputs tell it: what was hashed must be what was read. */
  readonly fileDigest?: (outputs: JsonObject) => Json | undefined;
}

/** A key added to the kind may name another file: it is not kept until someone has looked. */
export const DATASET_KEYS: readonly string[] = [
  'source',
  'format',
  'query',
  'tables',
  'labels',
  'testFiles',
  'target',
  'features',
  'readAs',
  'split',
  // Columns of the source, kept beside the rows.
  'keep',
  // How the source is read, which changes nothing.
  'memory',
];

const NO_FILES = () => [];
const COMPUTES: CacheRule = { computes: true, files: NO_FILES, irrelevant: [] };
const ARRANGES: CacheRule = { computes: false, files: NO_FILES, irrelevant: [] };

const RULES: ReadonlyMap<string, CacheRule> = new Map<string, CacheRule>([
  [
    'dataset',
    {
      computes: false,
      files: sourceFilesOf,
      irrelevant: ['memory'],
      refuses: refuseDataset,
      fileDigest: ({ fingerprint }) => fingerprint,
    },
  ],
  ['architect', ARRANGES],
  [
    'import',
    {
      // Of a model that is not converted a runtime is asked, but what it says is not stored.
      computes: false,
      files: ({ file }) => (typeof file === 'string' ? [file] : []),
      irrelevant: [],
      refuses: refuseImport,
      fileDigest: ({ fingerprint }) => fingerprint,
    },
  ],
  ['train', { ...COMPUTES, irrelevant: ['checkpoint'], refuses: refuseTrain }],
  // It takes a registry's model no more than a training that is told of none.
  ['search', { ...COMPUTES, irrelevant: ['concurrency'], performs: ['architect', 'train'] }],
  ['transfer', { ...COMPUTES, irrelevant: ['checkpoint'] }],
  ['multi-task', { ...COMPUTES, irrelevant: ['checkpoint'] }],
  ['fuse', COMPUTES],
  ['calibrate', COMPUTES],
  ['conformal', COMPUTES],
  [
    'predict',
    {
      computes: true,
      files: ({ file }) => (typeof file === 'string' ? [file] : []),
      irrelevant: [],
      // Of a part of a data set there is neither a file nor its digest.
      fileDigest: ({ fingerprint }) => fingerprint,
    },
  ],
  ['explain', COMPUTES],
  ['visualize', COMPUTES],
  ['coverage', ARRANGES],
  ['audit', { ...COMPUTES, refuses: refuseAudit }],
  [
    'drift',
    {
      computes: true,
      files: ({ source }) => (typeof source === 'string' ? [source] : []),
      irrelevant: [],
      // Of a data set there is neither a file nor its digest.
      fileDigest: ({ fingerprint }) => fingerprint,
    },
  ],
]);

/** Kinds that do something outside the store, or wait for it: what `plan` announces. */
const SIDE_EFFECTS: ReadonlyMap<string, string> = new Map([
  ['promote', 'changes the registry of models'],
  ['gate', 'may roll a model back'],
  ['human-review', 'asks people'],
  ['command', 'runs a command'],
  ['http', 'sends a request'],
  ['pipeline', 'starts another run'],
  ['wait-for-event', 'waits for an event'],
]);

const OTHER_REASONS: ReadonlyMap<string, string> = new Map([
  ['compare', 'reads the registry of models'],
  ['registered-model', 'reads the registry of models'],
  ['values', 'costs nothing'],
  ['delay', 'waits'],
]);

/** What a step of this kind does outside the store; `null` if nothing is known of it. */
export function sideEffectOf(kind: string): string | null {
  return SIDE_EFFECTS.get(kind) ?? null;
}

export type Cacheability =
  | { readonly rule: CacheRule; readonly reason?: never }
  /** In words that `plan` shows. */
  | { readonly rule?: never; readonly reason: string };

/** Whether a step of this kind may be kept, whatever its input. */
export function cacheabilityOf(kind: string): Cacheability {
  const rule = RULES.get(kind);
  if (rule !== undefined) return { rule };
  const effect = sideEffectOf(kind);
  if (effect !== null) return { reason: `side effects: it ${effect}` };
  const other = OTHER_REASONS.get(kind);
  return {
    reason: other === undefined ? `kind ${kind} is not known to be repeatable` : `it ${other}`,
  };
}

/** The kinds whose code a kind runs, its own first. */
export const kindsPerformedBy = (kind: string): readonly string[] => [
  kind,
  ...(RULES.get(kind)?.performs ?? []),
];

/** Kinds that may be kept. */
export const CACHEABLE_KINDS: readonly string[] = [...RULES.keys()];

export function computesTensors(kind: string): boolean {
  return RULES.get(kind)?.computes === true;
}

function refuseDataset(input: JsonObject): string | null {
  const stray = Object.keys(input).find((key) => !DATASET_KEYS.includes(key));
  if (stray !== undefined) return `what \`${stray}\` reads is not known to the cache`;
  const { source, format, features, readAs } = input;
  if (readAs !== undefined) return 'whether it reads pictures, the data set of `readAs` says';
  if (typeof source !== 'string') return 'its source is not one file';
  const found = format ?? formatOf(source);
  if (found === 'image-folder' || found === 'text-folder') {
    return `the files of a ${found} are not known to the cache`;
  }
  const isFromFiles = (group: Json) => isJsonObject(group) && group['from'] === 'files';
  return Array.isArray(features) && features.some(isFromFiles)
    ? 'its pictures are files that the cache does not know'
    : null;
}

/** A model.json has shards beside it, and a SavedModel is a folder. */
function refuseImport({ file, format }: JsonObject): string | null {
  const isOneFile = ['keras', 'h5', 'onnx'].includes(String(format ?? formatOfModel(file)));
  return isOneFile ? null : 'the files beside the one that is named are not known to the cache';
}

function refuseAudit({ production }: JsonObject): string | null {
  const isNamed = isJsonObject(production) && production['name'] !== undefined;
  return isNamed ? 'production reads the registry of models' : null;
}

function refuseTrain({ warmStart }: JsonObject): string | null {
  return warmStart === undefined ? null : 'warmStart reads the registry of models';
}
