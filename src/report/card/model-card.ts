/** The JSON of an artifact of media type `MEDIA_TYPE.card`; schemas/model-card.schema.json says it too. */
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import type { JsonObject } from '../../json.ts';
import type { AuditReport } from '../../ml/model.ts';

export interface ModelCard {
  readonly version: 1;
  readonly run: {
    readonly id: string;
    readonly pipeline: string;
    readonly planDigest: string;
    readonly submittedBy: string;
    readonly finishedAt: string | null;
  };
  readonly model: CardModel;
  readonly stated: Stated;
  readonly data: readonly {
    readonly step: string;
    readonly source: string;
    readonly sha256: string;
    readonly rows: number;
    readonly parts: { readonly train: number; readonly validation: number; readonly test: number };
    readonly target: string;
    readonly split: JsonObject;
  }[];
  readonly training: readonly {
    readonly step: string;
    readonly kind: string;
    readonly settings: JsonObject;
    readonly seconds: number | null;
    readonly keptFrom: string | null;
  }[];
  readonly audits: readonly { readonly step: string; readonly report: AuditReport }[];
  readonly comparisons: readonly StepFigures[];
  readonly explanations: readonly StepFigures[];
  readonly supervision: readonly {
    readonly step: string;
    readonly verdict: string;
    readonly summary: string;
  }[];
  readonly reviews: readonly CardReview[];
  readonly knownLimits: readonly string[];
  readonly provenance: {
    readonly manifest: string;
    readonly code: JsonObject | null;
    readonly environment: JsonObject | null;
  };
}

export interface CardModel {
  readonly artifact: ArtifactRef;
  readonly step: string;
  readonly name: string | null;
  readonly registeredVersion: number | null;
  readonly alias: string | null;
  readonly promoted: boolean | null;
  readonly type: string | null;
  readonly parameters: number | null;
  readonly inputShape: readonly number[] | null;
  readonly layers: readonly string[];
  readonly target: string | null;
  readonly classes: number | null;
  readonly backend: string | null;
}

/** `null`: the pipeline does not state it. */
export interface Stated {
  readonly intendedUse: string | null;
  readonly outOfScope: string | null;
  readonly limits: readonly string[] | null;
  readonly owners: readonly string[] | null;
  readonly licence: string | null;
  readonly dataNotes: string | null;
  readonly ethics: string | null;
}

export interface StepFigures {
  readonly step: string;
  readonly figures: JsonObject;
}

export interface CardReview {
  readonly step: string;
  readonly state: string;
  readonly reviewers: readonly string[];
  readonly approved: number;
  readonly rejected: number;
  readonly relabelled: number;
  readonly byTimeout: number;
}
