import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { useProject } from '../../src/config/project.ts';
import { PipelineError, PipelineErrors } from '../../src/errors.ts';
import { findFaults } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { setOwnKinds } from '../../src/spec/step-schemas.ts';
import { makeProject, type ProjectFolder } from './project-folder.ts';

let project: ProjectFolder;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project.remove();
  setOwnKinds([]);
});

function faults(): (string | number | undefined)[][] {
  try {
    useProject(project.folder);
    return [];
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const all = error instanceof PipelineErrors ? error.errors : [error];
    return all.map(({ code, location, message }) => [
      code,
      location && path.relative(project.folder, location.file),
      location?.line,
      location?.column,
      message.replaceAll(`${project.folder}/`, ''),
    ]);
  }
}

describe('the config', () => {
  it('may be absent: then nothing is allowed but the open internet', () => {
    expect(useProject(project.folder).config).toEqual({
      steps: [],
      commands: [],
      http: { allow: [], public: true },
      secrets: null,
    });
  });

  it('is read from modelwright.yaml too', () => {
    project.write('modelwright.yaml', '# why\ncommands: [python3]\nhttp: { public: false }\n');
    expect(useProject(project.folder).config).toMatchObject({
      commands: ['python3'],
      http: { allow: [], public: false },
    });
  });

  it('may not be there twice', () => {
    project.write('modelwright.json', {});
    project.write('modelwright.yaml', '');
    expect(faults()).toEqual([
      ['CONFIG_INVALID', undefined, undefined, undefined, expect.stringContaining('both')],
    ]);
  });

  it('has every fault told at its place', () => {
    project.write('modelwright.json', '{\n  "comands": [],\n  "http": { "allow": "x" }\n}');
    expect(faults()).toEqual([
      ['CONFIG_INVALID', 'modelwright.json', 2, 3, '"comands" is not a known key'],
      ['CONFIG_INVALID', 'modelwright.json', 3, 22, '`http.allow` must be a list, not "x"'],
    ]);
  });

  it.each([
    ['no map', '[]'],
    ['no YAML', '{ "steps": [ }'],
    ['a key twice', '{ "steps": [], "steps": [] }'],
    ['a key of prototypes', '{ "__proto__": {} }'],
  ])('is refused with %s', (_, text) => {
    project.write('modelwright.json', text);
    expect(faults()[0]?.[0]).toBe('CONFIG_INVALID');
  });
});

describe('own steps', () => {
  it('are known by the kind that their schemas say, without running their code', () => {
    project.step('team/normalise', {
      module: 'throw new Error("run by validation")',
      schema: { heavy: true },
    });
    project.step('clean');
    const { ownSteps } = useProject(project.folder);
    expect([...ownSteps.values()].map(({ kind, heavy }) => [kind, heavy])).toEqual([
      ['team/normalise', true],
      ['clean', false],
    ]);
  });

  it.each([
    ['out of the project', '../x.mjs', 'holds ".."'],
    ['at an absolute path', '/tmp/x.mjs', 'absolute'],
    ['that are not there', './absent.mjs', 'no such file'],
    ['of another ending', './x.ts', 'must end in .mjs'],
    ['by a link out of the project', './link.mjs', 'leads out'],
    ['without a schema', './alone.mjs', '"./alone.schema.json" is refused: there is no such file'],
  ])('%s are refused at their place', (_, named, reason) => {
    symlinkSync(process.execPath, path.join(project.folder, 'link.mjs'));
    project.write('alone.mjs', '');
    project.write('modelwright.json', { steps: [named] });
    expect(faults()).toEqual([
      ['CONFIG_INVALID', 'modelwright.json', 3, 5, expect.stringContaining(reason)],
    ]);
  });

  it('of one kind are an error that names both files', () => {
    project.step('a', { at: 'steps/one' });
    project.step('a', { at: 'steps/two' });
    expect(faults()).toEqual([
      [
        'CONFIG_INVALID',
        'modelwright.json',
        4,
        5,
        'two steps are of the kind "a": steps/one.schema.json and steps/two.schema.json',
      ],
    ]);
  });

  it('may not have the name of a kind of modelwright', () => {
    project.step('train');
    expect(faults()).toEqual([
      ['CONFIG_INVALID', 'modelwright.json', 3, 5, expect.stringContaining('"train" is a kind of')],
    ]);
  });

  it('of another project are forgotten', () => {
    project.step('clean');
    useProject(project.folder);
    const other = makeProject();
    useProject(other.folder);
    other.remove();
    const spec = parseSpec('name: p\nsteps: { a: { uses: clean } }\n', 'p.yaml');
    expect(spec.faults.map(({ code }) => code)).toEqual(['STEP_KIND_UNKNOWN']);
  });
});

describe('the schema of an own step', () => {
  const number = { type: 'number' };
  it.each([
    ['a kind with letters that none may have', { kind: 'A' }, 'kind'],
    ['an unknown key', { withh: {} }, '"withh" is not a known key'],
    [
      'a foreign keyword',
      { with: { properties: { a: { patern: 'x' } } } },
      '"patern" is not a key',
    ],
    [
      'a pattern',
      { with: { properties: { a: { type: 'string', pattern: '(a+)+$' } } } },
      'pattern',
    ],
    ['`with` that is no map', { with: { type: 'array' } }, 'must be of type object'],
    [
      'a reference to nothing',
      { with: { properties: { a: { $ref: '#/definitions/b' } } } },
      '$ref',
    ],
    [
      'a reference to a file',
      { with: { properties: { a: { $ref: 'file:///etc/passwd' } } } },
      '$ref',
    ],
    ['a type that there is not', { with: { properties: { a: { type: 'nummer' } } } }, 'schema'],
    [
      'a kind of artifact that is none',
      { with: { properties: { a: { 'x-artifact': 1 } } } },
      'x-art',
    ],
    [
      'a definition that holds itself',
      {
        definitions: {
          a: { type: 'array', items: { $ref: '#/definitions/b' } },
          b: { type: 'object', properties: { a: { $ref: '#/definitions/a' } } },
        },
      },
      'holds itself',
    ],
  ])('is refused with %s', (_, schema, reason) => {
    project.step('a', { schema });
    const found = faults();
    expect(found.map(([code]) => code)).toEqual(['OWN_STEP_INVALID']);
    expect(found[0]?.[4]).toContain(reason);
  });

  it('has the place of a fault told', () => {
    project.step('a');
    writeFileSync(
      path.join(project.folder, 'steps/a.schema.json'),
      '{\n  "kind": "a",\n  "with": {\n    "propertees": {}\n  },\n  "outputs": {}\n}',
    );
    expect(faults()).toEqual([
      ['OWN_STEP_INVALID', 'steps/a.schema.json', 4, 5, expect.stringContaining('propertees')],
    ]);
  });

  it('checks what pipelines write, give and take, at its place', () => {
    project.step('measure', {
      schema: {
        with: {
          required: ['data'],
          properties: { data: { 'x-artifact': 'dataset' }, list: { type: 'array', items: number } },
        },
        outputs: {
          required: ['mean', 'table'],
          properties: { mean: number, table: { 'x-artifact': 'table' } },
        },
      },
    });
    useProject(project.folder);
    const text = `name: p
steps:
  a:
    uses: measure
    with:
      data: \${{ steps.c.outputs.table }}
      lst: [1]
  b:
    uses: measur
  c:
    uses: measure
    with: { data: 'x', list: ['y'] }
outputs:
  m: \${{ steps.c.outputs.meen }}
  good: \${{ steps.c.outputs.mean }}
`;
    const found = findFaults(parseSpec(text, 'p.yaml')).map(({ code, location, remedy }) => [
      code,
      location?.line,
      location?.column,
      remedy,
    ]);
    expect(found).toEqual([
      ['TYPE_MISMATCH', 6, 13, undefined],
      ['SPEC_UNKNOWN_KEY', 7, 7, 'did you mean "list"?'],
      ['STEP_KIND_UNKNOWN', 9, 11, 'did you mean "measure"?'],
      ['SPEC_INVALID', 12, 19, expect.stringContaining('name the step that makes it')],
      ['SPEC_INVALID', 12, 31, undefined],
      ['OUTPUT_UNKNOWN', 14, 6, expect.stringContaining('did you mean "mean"?')],
    ]);
  });
});
