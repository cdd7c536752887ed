import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';
import { Editor, type Position } from './language-server.ts';
import { isTestFile } from '../../src/pipeline-test-name.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCHEMA = path.join(ROOT, 'schemas', 'pipeline.schema.json');

let editor: Editor;
let project: ProjectFolder;
let opened = 0;

beforeAll(async () => {
  editor = await Editor.start();
  project = makeProject();
});

afterAll(async () => {
  await editor.close();
  project.remove();
});

async function open(text: string, schema = SCHEMA) {
  const file = path.join(project.folder, `${(opened += 1)}.yaml`);
  const diagnostics = await editor.open(file, `# yaml-language-server: $schema=${schema}\n${text}`);
  return { file, diagnostics };
}

/** Opens a pipeline; its one `|` is where the cursor is. */
async function write(text: string, schema = SCHEMA) {
  const [before = '', after = ''] = text.split('|');
  const lines = before.split('\n');
  // The line of the schema stands above.
  const cursor: Position = { line: lines.length, character: lines.at(-1)?.length ?? 0 };
  return { cursor, ...(await open(before + after, schema)) };
}

const TRAINING = `name: digits
steps:
  data:
    uses: dataset
    with: { source: digits.csv, target: label }
  net:
    uses: train
    with:
      epochs: 3
      `;

describe('a pipeline in an editor', () => {
  it("offers the keys of a step kind's `with`, and what each is for", async () => {
    const { file, cursor } = await write(`${TRAINING}|`);
    const offered = await editor.complete(file, cursor);
    expect([...offered.keys()]).toEqual(
      expect.arrayContaining(['architecture', 'dataset', 'optimizer', 'batchSize']),
    );
    expect(offered.get('optimizer')).toContain("The optimiser, in Keras' semantics.");
    // Of other kinds, and what is written already.
    for (const key of ['source', 'members', 'epochs']) expect(offered.has(key)).toBe(false);
  });

  it('offers the kinds of steps', async () => {
    const { file, cursor } = await write('name: x\nsteps:\n  a:\n    uses: |');
    const offered = [...(await editor.complete(file, cursor)).keys()];
    expect(offered).toEqual(expect.arrayContaining(['dataset', 'train', 'wait-for-event']));
  });

  it('offers the keys of a pipeline and of a step', async () => {
    const pipeline = await write('name: x\n|\nsteps:\n  a:\n    uses: values\n');
    const keys = [...(await editor.complete(pipeline.file, pipeline.cursor)).keys()];
    expect(keys).toEqual(
      expect.arrayContaining(['concurrency', 'finally', 'onFailure', 'secrets', 'fairness']),
    );
    expect(keys).not.toContain('steps');
    const step = await write('name: x\nsteps:\n  a:\n    uses: values\n    |\n');
    const ofStep = [...(await editor.complete(step.file, step.cursor)).keys()];
    expect(ofStep).toEqual(
      expect.arrayContaining(['when', 'foreach', 'repeat', 'after', 'compensate', 'runsOn']),
    );
  });

  it('says what the key under the cursor is for', async () => {
    const inWith = await write(`${TRAINING}opti|mizer: { type: adam }\n`);
    expect(await editor.hover(inWith.file, inWith.cursor)).toContain(
      "The optimiser, in Keras' semantics.",
    );
    const top = await write(`fair|ness: team-a\n${TRAINING}`);
    expect(await editor.hover(top.file, top.cursor)).toContain('take turns');
  });

  it('marks an unknown key where it stands', async () => {
    const { cursor, diagnostics } = await write(`${TRAINING}|batchsize: 3\n`);
    const unknown = diagnostics.filter(({ message }) => message.includes('batchsize'));
    expect(unknown.map(({ range }) => range.start)).toEqual([cursor]);
    const top = await write(`|prioritty: 3\n${TRAINING}`);
    expect(top.diagnostics.map(({ range }) => range.start)).toContainEqual(top.cursor);
  });

  it.each(
    [path.join('test', 'fixtures', 'valid'), 'pipelines'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder))
        .filter((name) => name.endsWith('.yaml') && !isTestFile(name))
        .map((name) => path.join(folder, name)),
    ),
  )('marks nothing in %s', async (file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8').replace(/^# yaml-language.*\n/, '');
    expect((await open(text)).diagnostics).toEqual([]);
  });

  it('knows the steps of the team by the schema that `modelwright schema` writes', async () => {
    project.step('team/normalise', {
      at: 'steps/normalise',
      schema: {
        description: 'Moves numbers to mean 0.',
        with: {
          required: ['values'],
          properties: {
            values: { type: 'array', items: { type: 'number' }, description: 'What to move.' },
            part: { $ref: '#/definitions/part' },
            token: { type: 'string', 'x-secret': true },
          },
        },
        definitions: { part: { type: 'string', enum: ['train', 'test'], description: 'Rows.' } },
      },
    });
    const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const args = ['schema', '--out', 'pipeline.schema.json'];
    expect(await main(args, { ...io, env: {}, cwd: project.folder })).toBe(0);
    const schema = './pipeline.schema.json';
    const text = 'name: x\nsteps:\n  a:\n    uses: team/normalise\n    with:\n      ';
    const { file, cursor } = await write(`${text}values: [1]\n      |`, schema);
    const offered = await editor.complete(file, cursor);
    expect([...offered.keys()]).toEqual(['part', 'token']);
    expect(offered.get('part')).toContain('Rows.');
    const good = await open(`${text}{ values: '\${{ params.x }}', part: test }`, schema);
    expect(good.diagnostics).toEqual([]);
    const wrong = await write(`${text}values: [1]\n      part: |tests`, schema);
    expect(wrong.diagnostics.map(({ range }) => range.start)).toEqual([wrong.cursor]);
    const unknown = await write('name: x\nsteps: { a: { uses: |team/normalise, with: {} } }');
    expect(unknown.diagnostics.map(({ range }) => range.start)).toContainEqual(unknown.cursor);
  });
});
