/** What a workflow would have of the expressions: bundled as one by bundle.test.ts. */
export { compileExpression } from '../../../src/plan/cel/compile-expression.ts';
export { evaluateExpression } from '../../../src/plan/cel/evaluate-expression.ts';
