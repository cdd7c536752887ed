/** A step that is given a secret is never kept: its key would be written down. */
import { holdsSecret } from '../../../src/activities/cache/holds-secret.ts';
import type { Template } from '../../../src/plan/plan.ts';
import { NOWHERE } from '../../../src/plan/scope.ts';
import { resolveTemplate } from '../../../src/plan/template.ts';

const SURROUNDINGS = { ...NOWHERE, secrets: { token: { env: 'TOKEN' } } };
const secret: Template = { secret: 'token' };
const plain: Template = { literal: 'Bearer' };

it.each<[string, Template, boolean]>([
  ['a value', { map: { header: secret } }, true],
  ['beside text', { map: { header: { concat: [plain, secret] } } }, true],
  ['in a list in a map', { map: { headers: { list: [plain, { map: { value: secret } }] } } }, true],
  ['nowhere', { map: { header: plain, secret: plain, list: { list: [plain] } } }, false],
])('finds it as the workflow leaves it: %s', (_, template, expected) => {
  expect(holdsSecret(resolveTemplate(template, {}, SURROUNDINGS))).toBe(expected);
});
