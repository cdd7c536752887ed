import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { takesSecret } from '../../src/spec/secret-places.ts';
import { contractOf } from '../../src/spec/step-schemas.ts';

const takes = (kind: string, ...path: (string | number)[]) => takesSecret(contractOf(kind)!, path);

it('may stand in environments, inputs, headers, queries and bodies, at any depth', () => {
  expect(takes('command', 'env', 'TOKEN')).toBe(true);
  expect(takes('command', 'stdin')).toBe(true);
  expect(takes('http', 'headers', 'authorization')).toBe(true);
  expect(takes('http', 'query', 'key')).toBe(true);
  expect(takes('http', 'body', 'json', 'a', 0, 'b')).toBe(true);
});

it('may stand nowhere else', () => {
  expect(takes('command', 'run', 0)).toBe(false);
  expect(takes('http', 'url')).toBe(false);
  expect(takes('promote', 'name')).toBe(false);
  expect(takes('http', 'nonsense')).toBe(false);
});

it('is not written by hand: a map that looks like one is refused at its key', () => {
  const text = `name: p
steps:
  a:
    uses: http
    with:
      url: https://example.org
      headers:
        authorization: { $secret: { name: x, source: { env: HOME } } }
      body: { json: [{ $secretText: [a] }] }
`;
  const faults = findFaults(parseSpec(text, 'p.yaml'));
  expect(faults.map(({ code, location }) => [code, location?.line, location?.column])).toEqual(
    [
      ['SECRET_REFUSED', 8, 26],
      ['SPEC_INVALID', 8, 24],
      ['SECRET_REFUSED', 9, 24],
    ].sort((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2])),
  );
  expect(() => compilePlan(parseSpec(text, 'p.yaml'))).toThrow();
});
