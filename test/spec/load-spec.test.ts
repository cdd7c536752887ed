import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PipelineErrors } from '../../src/errors.ts';
import { loadSpec } from '../../src/spec/load-spec.ts';

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
