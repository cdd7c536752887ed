/** The workflow sandbox: no module of Node, no code made at run time. */
import assert from 'node:assert';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type * as workflow from './evaluate-workflow.ts';

const WORKFLOW = fileURLToPath(new URL('./evaluate-workflow.ts', import.meta.url));

async function loadBundle(): Promise<typeof workflow> {
  // Temporal's bundler refuses modules of Node and everything else that is not deterministic.
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOW,
    logger: new DefaultLogger('ERROR'),
  });
  const context = vm.createContext(
    // What Temporal gives its sandbox, of which the grammar wants the first two.
    { TextEncoder, TextDecoder, URL, URLSearchParams, assert, __webpack_module_cache__: {} },
    { codeGeneration: { strings: false, wasm: false } },
  );
  vm.runInContext(code, context);
  return vm.runInContext('__TEMPORAL__.importWorkflows()', context) as typeof workflow;
}

describe('in a workflow bundle', () => {
  it('expressions compile and evaluate, with `eval` and `new Function` forbidden', async () => {
    const { compileExpression, evaluateExpression } = await loadBundle();
    const source =
      'steps.a.outputs.names.filter(n, n.matches("^c(a|o)+t$")).map(n, n + "!").join(",")';
    const variables = { steps: { a: { outputs: { names: ['cat', 'dog', 'cooat'] } } } };
    expect(compileExpression(source, null).problems).toHaveLength(0);
    expect(evaluateExpression(source, variables)).toBe('cat!,cooat!');
    expect(() => evaluateExpression('params.x', {})).toThrow('`params` has no value here');
  });
});
