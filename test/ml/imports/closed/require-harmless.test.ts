import { requireHarmless } from '../../../../src/ml/imports/closed/require-harmless.ts';
import { readGoldenFile } from '../golden-models.ts';
import { bytesField, message } from './protobuf-writer.ts';

interface NodeDraft {
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly calls?: string;
}

function nodeOf(name: string, { op, inputs = [], calls }: NodeDraft): Uint8Array {
  const attribute = calls === undefined ? [] : [callOf(calls)];
  return message(
    bytesField(1, name),
    bytesField(2, op),
    ...inputs.map((input) => bytesField(3, input)),
    ...attribute,
  );
}

/** AttrValue.func is field 10. */
const callOf = (name: string): Uint8Array =>
  bytesField(5, message(bytesField(1, 'f'), bytesField(2, bytesField(10, bytesField(1, name)))));

interface Draft {
  readonly nodes: Readonly<Record<string, NodeDraft>>;
  readonly functions?: Readonly<Record<string, Readonly<Record<string, NodeDraft>>>>;
  readonly restoring?: string;
}

/** A SavedModel whose one signature gives what the node `out` gives. */
function savedModel({ nodes, functions = {}, restoring = '' }: Draft): Uint8Array {
  const all = (drafts: Readonly<Record<string, NodeDraft>>, field: number) =>
    Object.entries(drafts).map(([name, draft]) => bytesField(field, nodeOf(name, draft)));
  const library = Object.entries(functions).map(([name, body]) =>
    bytesField(1, message(bytesField(1, bytesField(1, name)), ...all(body, 3))),
  );
  const graph = message(...all(nodes, 1), bytesField(2, message(...library)));
  const tensor = message(bytesField(1, 'y'), bytesField(2, bytesField(1, 'out:0')));
  const signature = message(bytesField(1, 's'), bytesField(2, bytesField(2, tensor)));
  return bytesField(
    2,
    message(
      bytesField(2, graph),
      bytesField(3, bytesField(3, restoring)),
      bytesField(5, signature),
    ),
  );
}

const answer = { op: 'Identity', inputs: ['inner', '^first'] };

it.each([
  ['a file that is written first', { nodes: { out: answer, first: { op: 'WriteFile' } } }],
  ['a file that is read', { nodes: { out: answer, inner: { op: 'ReadFile' } } }],
  [
    'Python in a function of a function',
    {
      nodes: { out: { op: 'PartitionedCall', calls: 'outer' } },
      functions: {
        outer: { call: { op: 'StatefulPartitionedCall', calls: 'inner' } },
        inner: { run: { op: 'EagerPyFunc' } },
      },
    },
  ],
  [
    'an operation that is the name of a function',
    { nodes: { out: { op: 'mine' } }, functions: { mine: { run: { op: 'PyFunc' } } } },
  ],
  ['variables that are read anew', { nodes: { out: answer, inner: { op: 'RestoreV2' } } }],
  [
    'a file that is written where variables are restored',
    { nodes: { out: { op: 'Identity' }, back: { op: 'SaveV2' } }, restoring: 'back' },
  ],
])('refuses %s', (_, draft: Draft) => {
  expect(() => requireHarmless(savedModel(draft))).toThrow(
    expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }),
  );
});

it('lets variables be restored, and leaves alone what no answer runs', () => {
  const draft: Draft = {
    nodes: {
      out: { op: 'MatMul', inputs: ['x', 'out'] },
      x: { op: 'Placeholder' },
      save: { op: 'SaveV2' },
      back: { op: 'RestoreV2' },
    },
    restoring: 'back',
  };
  expect(() => requireHarmless(savedModel(draft))).not.toThrow();
});

it('lets pass what Keras exports', async () => {
  const bytes = await readGoldenFile('cnn-saved-model/saved_model.pb');
  expect(() => requireHarmless(bytes)).not.toThrow();
});

it('refuses what is no protocol buffer', () => {
  expect(() => requireHarmless(Uint8Array.of(0x12, 0xff, 0xff, 0xff))).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID' }),
  );
});
