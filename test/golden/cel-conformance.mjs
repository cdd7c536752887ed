/**
 * Golden values for test/plan/cel/conformance.test.ts: the conformance tests of CEL itself
 * (github.com/google/cel-spec v0.25.1, Apache-2.0), those that need no more than JSON.
 *
 * @bufbuild/cel-spec 0.6.1, @bufbuild/protobuf 2:  node cel-conformance.mjs > cel-conformance.json
 *
 * Each is `[suite, expression, value]`, without the value where CEL has an error. Left out: tests
 * with variables, and those of bytes, unsigned numbers, times, durations, types and messages.
 */
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';

const SUITES =
  /^(basic|comparisons|conversions|fields|fp_math|integer_math|lists|logic|macros|parse|plumbing|string)$/;
const OTHER =
  /bytes|uint|\d[uU]\b|b"|b'|duration|timestamp|type\(|google|TestAll|NestedEnum|\bproto/;

class NoJson extends Error {}

function toJson({ kind }) {
  switch (kind.case) {
    case 'boolValue':
    case 'stringValue':
      return kind.value;
    case 'nullValue':
      return null;
    case 'int64Value':
      if (Number.isSafeInteger(Number(kind.value))) return Number(kind.value);
      throw new NoJson();
    case 'doubleValue':
      if (Number.isFinite(kind.value)) return kind.value + 0;
      throw new NoJson();
    case 'listValue':
      return kind.value.values.map(toJson);
    case 'mapValue':
      return Object.fromEntries(
        kind.value.entries.map(({ key, value }) => {
          if (key.kind.case !== 'stringValue') throw new NoJson();
          return [key.kind.value, toJson(value)];
        }),
      );
    default:
      throw new NoJson();
  }
}

function* testsIn(suite, path) {
  for (const inner of suite.suites ?? []) yield* testsIn(inner, [...path, inner.name]);
  for (const { original } of suite.tests ?? []) yield [path, original];
}

const found = [];
for (const [path, test] of testsIn(getConformanceSuite(), [])) {
  const { expr, container, typeEnv, bindings, resultMatcher } = test;
  if (!SUITES.test(path[0]) || OTHER.test(expr)) continue;
  if (container || typeEnv.length > 0 || Object.keys(bindings).length > 0) continue;
  try {
    if (resultMatcher.case === 'evalError') found.push([path.join('/'), expr]);
    if (resultMatcher.case === 'value') {
      found.push([path.join('/'), expr, toJson(resultMatcher.value)]);
    }
  } catch (error) {
    if (!(error instanceof NoJson)) throw error;
  }
}
console.log(`[\n${found.map((test) => JSON.stringify(test)).join(',\n')}\n]`);
