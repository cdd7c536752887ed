/**
 * How a secret stands in a step's `with` on its way from the workflow to the step: as a marker
 * that says where to read it. The value never is in the workflow. Sandbox-safe.
 *
 * A marker is believed only where the plan's own template has a secret (`secretPlaces`). Data that
 * look like a marker, from whatever answered an earlier step, would read any secret otherwise.
 */
import type { SecretSource, Template } from './plan.ts';

export interface SecretMarker {
  readonly $secret: { readonly name: string; readonly source: SecretSource };
}

/** Secrets with text around them, such as `Bearer ` and a token. */
export interface SecretText {
  readonly $secretText: readonly (string | SecretMarker)[];
}

export type SecretValue = SecretMarker | SecretText;

/** @returns JSON pointers, in the order of the template. */
export function secretPlaces(template: Template, pointer = ''): readonly string[] {
  if ('secret' in template) return [pointer];
  if ('concat' in template)
    return template.concat.some((part) => 'secret' in part) ? [pointer] : [];
  if ('list' in template) {
    return template.list.flatMap((item, index) => secretPlaces(item, `${pointer}/${index}`));
  }
  if (!('map' in template)) return [];
  return Object.entries(template.map).flatMap(([key, value]) =>
    secretPlaces(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
