import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PipelineErrors } from '../../src/errors.ts';
import { loadSpec, loadSpecWithin } from '../../src/spec/load-spec.ts';

describe('loadSpec', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-load-spec-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: string | Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const codeOf = (file: string): string => {
    try {
      loadSpec(file);
      return 'none';
    } catch (error) {
      if (!(error instanceof PipelineErrors)) throw error;
      expect(error.location).toEqual({ file, line: 1, column: 1 });
      return error.code;
    }
  };

  it('reads a file, steps in the order of the file', () => {
    const step = '{ uses: dataset, with: { source: a.csv, target: y } }';
    const spec = loadSpec(write('good.yaml', `name: x\nsteps:\n  b: ${step}\n  a: ${step}\n`));
    expect(spec.faults).toEqual([]);
    expect([...spec.steps.keys()]).toEqual(['b', 'a']);
  });

  it('reads past a byte order mark', () => {
    const spec = loadSpec(write('bom.yaml', '\uFEFFname: x\nsteps: {}\n'));
    expect(spec.name).toBe('x');
  });

  it('says that a file is not there', () => {
    expect(codeOf(path.join(folder, 'none.yaml'))).toBe('SPEC_NOT_FOUND');
    expect(codeOf(path.join(write('plain', ''), 'inside.yaml'))).toBe('SPEC_NOT_FOUND');
  });

  it('refuses folders, devices and pipes without waiting for them', () => {
    mkdirSync(path.join(folder, 'folder.yaml'));
    expect(codeOf(path.join(folder, 'folder.yaml'))).toBe('SPEC_NOT_FOUND');
    if (process.platform === 'win32') return;
    expect(codeOf('/dev/zero')).toBe('SPEC_NOT_FOUND');
    execFileSync('mkfifo', [path.join(folder, 'pipe.yaml')]);
    expect(codeOf(path.join(folder, 'pipe.yaml'))).toBe('SPEC_NOT_FOUND');
  });

  it('refuses more than 1 MB', () => {
    expect(codeOf(write('large.yaml', '#'.repeat(1_048_577)))).toBe('SPEC_LIMIT');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(codeOf(write('latin1.yaml', Buffer.from('name: caf\xe9\n', 'latin1')))).toBe(
      'SPEC_SYNTAX',
    );
  });
});

describe('loadSpecWithin', () => {
  const outside = mkdtempSync(path.join(tmpdir(), 'modelwright-load-within-'));
  const root = path.join(outside, 'project');
  mkdirSync(path.join(root, 'pipelines'), { recursive: true });
  const text = 'name: x\nsteps: { a: { uses: values, with: { n: 1 } } }\n';
  writeFileSync(path.join(root, 'pipelines', 'a.yaml'), text);
  writeFileSync(path.join(outside, 'secret.yaml'), text);
  afterAll(() => {
    rmSync(outside, { recursive: true });
  });

  const messageOf = (file: string): string => {
    try {
      loadSpecWithin(root, file, file);
      return 'none';
    } catch (error) {
      if (!(error instanceof PipelineErrors)) throw error;
      expect(error.location).toEqual({ file, line: 1, column: 1 });
      return `${error.code} ${error.message}`;
    }
  };

  it('reads a file of the project, named as it is asked to', () => {
    const spec = loadSpecWithin(root, 'pipelines/a.yaml', 'as named');
    expect([spec.name, spec.file, spec.text]).toEqual(['x', 'as named', text]);
  });

  it('follows links inside the project, and none that leads out of it', () => {
    symlinkSync(path.join(root, 'pipelines', 'a.yaml'), path.join(root, 'inside.yaml'));
    symlinkSync(path.join(outside, 'secret.yaml'), path.join(root, 'file.yaml'));
    symlinkSync(outside, path.join(root, 'folder'));
    expect(messageOf('inside.yaml')).toBe('none');
    for (const file of ['file.yaml', 'folder/secret.yaml', '../secret.yaml']) {
      expect(messageOf(file)).toBe('SPEC_NOT_FOUND it leads out of the project');
    }
  });

  it('says that a file is not there, or is none', () => {
    expect(messageOf('none.yaml')).toBe('SPEC_NOT_FOUND there is no such file');
    expect(messageOf('pipelines')).toBe('SPEC_NOT_FOUND this is not a regular file');
  });
});
