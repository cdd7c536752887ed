/** What started a run, in words. */
import type { RunIdentity } from '../activities/step.ts';
import { STATISTIC_LABELS } from '../drift-statistics.ts';

/** Goes after "started by". Names come from outside: whoever shows it makes it inert. */
export function originText({
  submittedBy,
  origin = { type: 'person' },
}: Pick<RunIdentity, 'submittedBy' | 'origin'>): string {
  switch (origin.type) {
    case 'person':
      return submittedBy;
    case 'push':
      return `commit ${origin.commit.slice(0, 12)} by ${origin.author}`;
    case 'schedule':
      return `schedule ${origin.scheduleId}, due ${origin.dueAt}`;
    case 'pipeline':
      return `step ${origin.step} of ${origin.run}`;
    case 'data':
      return `new data in ${origin.source}`;
    case 'drift': {
      const { source, model, features } = origin;
      const named = features
        .map((feature) => {
          const { statistic, value } =
            'psi' in feature ? { statistic: 'psi' as const, value: feature.psi } : feature;
          return `${feature.name} (${STATISTIC_LABELS[statistic]} ${value.toFixed(2)})`;
        })
        .join(', ');
      return `drift of ${source} from what ${model.name} version ${model.version} was trained on: ${named}`;
    }
  }
}
