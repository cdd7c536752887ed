import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultBuildId } from '../../src/cli/build-id.ts';
import { useProject } from '../../src/config/project.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../../package.json');
let project: ProjectFolder;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const build = () => defaultBuildId(useProject(project.folder));

describe('the id of a build', () => {
  it('is the version and a digest that the same code gives again', async () => {
    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
    const id = await build();
    expect(id).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')}-[0-9a-f]{12}$`));
    expect(await build()).toBe(id);
  });

  it("changes with a step of the team's own, its code or its schema", async () => {
    const ids = [await build()];
    project.step('score');
    ids.push(await build());
    project.step('score', { module: "export default { kind: 'score', run: () => ({ x: 1 }) };" });
    ids.push(await build());
    project.step('score', { schema: { description: 'Scores.' } });
    ids.push(await build());
    expect(new Set(ids).size).toBe(4);
  });
});
