/** Names of branches and tags, by the rules of `git check-ref-format`. */
import { PipelineError } from '../errors.ts';

export interface RefName {
  readonly type: 'branch' | 'tag';
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
}

/** `refs/heads/main`. @throws PipelineError `GIT_REFUSED` for a name that git would not take */
export function fullRef({ type, name }: RefName): string {
  const broken = brokenRule(name);
  if (broken === null) return `${type === 'branch' ? 'refs/heads' : 'refs/tags'}/${name}`;
  const shown = JSON.stringify(name.slice(0, 200));
  throw new PipelineError('GIT_REFUSED', `the ${type} ${shown} is refused: ${broken}`, {
    remedy: 'name it as `git branch` and `git tag` list it',
  });
}

/** @see git-check-ref-format(1) */
function brokenRule(name: string): string | null {
  if (name === '' || name === '@') return 'it is no name';
  if (name.startsWith('-')) return 'it starts with "-", like an option';
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) {
    return 'it holds a space, a control character or one of ~ ^ : ? * [ \\';
  }
  if (name.includes('..') || name.includes('@{')) return 'it holds ".." or "@{"';
  if (name.endsWith('.')) return 'it ends with "."';
  const parts = name.split('/');
  if (parts.includes('')) return 'it has an empty part between slashes';
  const isBad = (part: string) => part.startsWith('.') || part.endsWith('.lock');
  return parts.some(isBad) ? 'a part of it starts with "." or ends with ".lock"' : null;
}

/** A full name as git gives it, such as `refs/heads/main`; `null` for any other kind of ref. */
export function parseRef(full: string): RefName | null {
  const match = /^refs\/(heads|tags)\/(.+)$/s.exec(full);
  if (!match) return null;
  return { type: match[1] === 'heads' ? 'branch' : 'tag', name: match[2] ?? '' };
}
