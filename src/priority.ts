/** Temporal's priority of a pipeline's runs; their steps and sub-pipelines inherit it. Sandbox-safe. */
/** As `Priority` of Temporal. */
export interface RunPriority {
  readonly priorityKey?: number;
  readonly fairnessKey?: string;
}

/** For the options of a start: nothing where the pipeline says nothing. */
export function priorityOptions({
  priority,
  fairness,
}: {
  readonly priority?: number;
  readonly fairness?: string;
}): { readonly priority: RunPriority } | Record<string, never> {
  if (priority === undefined && fairness === undefined) return {};
  return {
    priority: {
      ...(priority === undefined ? {} : { priorityKey: priority }),
      ...(fairness === undefined ? {} : { fairnessKey: fairness }),
    },
  };
}
