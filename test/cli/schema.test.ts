import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Ajv } from 'ajv';
import { main } from '../../src/cli/main.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';

const PUBLISHED = path.resolve(import.meta.dirname, '../../schemas/pipeline.schema.json');
let project: ProjectFolder;

beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

async function schema(...args: readonly string[]): Promise<Record<string, unknown>> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} };
  expect(await main(['schema', ...args], { ...io, cwd: project.folder })).toBe(0);
  return JSON.parse(String(stdout.read())) as Record<string, unknown>;
}

describe('modelwright schema', () => {
  it('prints the published schema where a project has no steps of its own', async () => {
    const published = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as object;
    expect(await schema()).toEqual({ ...published, $comment: expect.any(String) });
  });

  it('knows own steps wherever a step can stand', async () => {
    project.step('team/score', {
      at: 'score',
      schema: {
        with: { required: ['table'], properties: { table: { 'x-artifact': 'file' } } },
      },
    });
    const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true });
    const accepts = ajv.compile(await schema());
    const score = (table: unknown) => ({ uses: 'team/score', with: { table } });
    const pipeline = (table: unknown) => ({
      name: 'x',
      steps: { a: { ...score(table), compensate: score(table) } },
      finally: { b: score(table) },
    });
    expect(accepts(pipeline('${{ params.file }}'))).toBe(true);
    expect(accepts(pipeline('not an artifact'))).toBe(false);
    expect(accepts.errors?.map(({ instancePath }) => instancePath)).toEqual(
      expect.arrayContaining(['/steps/a/with/table']),
    );
  });

  it('prints with --steps what each kind takes and gives, complete in itself', async () => {
    project.step('team/score', {
      at: 'score',
      schema: { outputs: { properties: { picture: { 'x-artifact': 'picture' } } } },
    });
    const schemas = await schema('--steps');
    const ajv = new Ajv({ strict: false }).addSchema(Object.values(schemas));
    const picture = (value: unknown) =>
      ajv.validate('own-steps/team.score.schema.json', { with: {}, outputs: { picture: value } });
    const artifact = { uri: 'artifact://sha256/00', sha256: '00', bytes: 1, mediaType: 'a/b' };
    expect(picture('none')).toBe(false);
    expect(ajv.errors?.[0]?.instancePath).toBe('/outputs/picture');
    expect(picture({ ...artifact, bytes: 'many' })).toBe(false);
    expect(ajv.errors?.[0]?.instancePath).toBe('/outputs/picture/bytes');
    expect(picture(artifact)).toBe(true);
    expect(Object.keys(schemas)).toContain('steps/train.schema.json');
  });
});
