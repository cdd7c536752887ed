/**
 * References to artifacts, and what an artifact store must do.
 *
 * Only references cross the workflow boundary; models, data, pictures and tables stay in the
 * store under the SHA-256 of their bytes.
 */

/** A small JSON reference to immutable bytes. */
export interface ArtifactRef {
  /** `artifact://sha256/<64 hex digits>`. */
  readonly uri: string;
  /** 64 lower-case hex digits; the digest of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
}

/** A media type for each kind of artifact that steps hand to one another. */
export const MEDIA_TYPE = {
  dataset: 'application/vnd.modelwright.dataset+json',
  architecture: 'application/vnd.modelwright.architecture+json',
  model: 'application/vnd.modelwright.model+json',
  history: 'application/vnd.modelwright.history+json',
  trials: 'application/vnd.modelwright.trials+json',
  predictions: 'application/vnd.modelwright.predictions+json',
  texts: 'application/vnd.modelwright.texts+json',
  jsonLines: 'application/jsonl',
  rows: 'application/vnd.modelwright.rows+json',
  explanations: 'application/vnd.modelwright.explanations+json',
  globalExplanations: 'application/vnd.modelwright.global-explanations+json',
  gallery: 'application/vnd.modelwright.gallery+json',
  audit: 'application/vnd.modelwright.audit+json',
  drift: 'application/vnd.modelwright.drift+json',
  comparison: 'application/vnd.modelwright.comparison+json',
  gate: 'application/vnd.modelwright.gate+json',
  conformal: 'application/vnd.modelwright.conformal+json',
  coverage: 'application/vnd.modelwright.coverage+json',
  reviewItems: 'application/vnd.modelwright.review-items+json',
  decisions: 'application/vnd.modelwright.decisions+json',
  report: 'application/vnd.modelwright.report+json',
  card: 'application/vnd.modelwright.card+json',
  manifest: 'application/vnd.modelwright.manifest+json',
  tensor: 'application/vnd.modelwright.tensor',
  weights: 'application/vnd.modelwright.weights',
  foreignFile: 'application/vnd.modelwright.foreign-file',
  tensorboard: 'application/vnd.tensorboard.events',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  html: 'text/html',
  csv: 'text/csv',
} as const;

/** An artifact that is too large for memory. */
export interface ArtifactFile {
  readonly bytes: number;

  /**
   * Fills `into` with the bytes from `position` on.
   *
   * @throws PipelineError `ARTIFACT_CORRUPT` if there are not so many.
   */
  read(into: Uint8Array, position: number): Promise<void>;

  close(): Promise<void>;
}

/** Content-addressed, write-once storage. Every read is verified against its digest. */
export interface ArtifactStore {
  /** Stores the bytes durably (they survive a power cut once the promise resolves). Idempotent. */
  put(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>;

  /**
   * As `put`, of bytes that need not fit into memory.
   *
   * @throws as `put`, and what `chunks` throws; then nothing is stored.
   */
  putStream(chunks: AsyncIterable<Uint8Array>, mediaType: string): Promise<ArtifactRef>;

  /**
   * @throws PipelineError `ARTIFACT_NOT_FOUND`; `ARTIFACT_CORRUPT` if the bytes do not have
   * the digest, after moving them to quarantine.
   */
  get(ref: ArtifactRef): Promise<Uint8Array>;

  /**
   * Opens an artifact to read it in pieces. Its digest is verified now and not again, so that a read
   * costs what it reads.
   *
   * @throws as `get`
   */
  open(ref: ArtifactRef): Promise<ArtifactFile>;

  /** Stores the canonical text of a JSON value, so that equal values have one digest. */
  putJson(value: unknown, mediaType: string): Promise<ArtifactRef>;

  /** @throws as `get`; `ARTIFACT_CORRUPT` also when the bytes are not JSON. */
  getJson<T>(ref: ArtifactRef): Promise<T>;
}
