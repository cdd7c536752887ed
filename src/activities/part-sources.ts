/** Where training takes the rows of each part from: memory, or disk where memory is too small. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import type { DatasetManifest, PartName } from '../data/dataset.ts';
import { loadPart } from '../data/load-part.ts';
import { type OpenPart, openPart } from '../data/open-part.ts';
import { MemoryRows } from '../ml/training/memory-rows.ts';
import type { RowSource } from '../ml/training/rows.ts';
import { StreamedRows } from '../ml/training/streamed-rows.ts';
import type { TrainingSettings } from './training-settings.ts';

interface SourceOptions {
  readonly settings: TrainingSettings;
  readonly manifest: DatasetManifest;
  readonly store: ArtifactStore;
}

const DEFAULT_LIMIT_MIB = 1024;
const MIB = 2 ** 20;

export class PartSources {
  readonly #options: SourceOptions;
  readonly #open: OpenPart[] = [];

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** @throws PipelineError as `loadPart` and `openPart`. */
  async open(name: PartName): Promise<RowSource> {
    const { settings, manifest, store } = this.#options;
    const { seed, dataset, memory } = settings;
    const limitBytes = (memory?.limitMiB ?? DEFAULT_LIMIT_MIB) * MIB;
    if (manifest.parts[name].x.bytes <= limitBytes) {
      const { rows: count, x, y } = await loadPart(store, dataset, name);
      return new MemoryRows({ count, width: x.length / count, x, y }, seed);
    }
    const part = await openPart(store, manifest, name);
    this.#open.push(part);
    return new StreamedRows(part, { windowBytes: limitBytes / 2, seed });
  }

  /** Closes what is read from disk. */
  async close(): Promise<void> {
    for (const part of this.#open.splice(0)) await part.close();
  }
}
