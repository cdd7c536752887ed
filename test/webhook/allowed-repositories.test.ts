import { allowRepository, findRepository } from '../../src/webhook/allowed-repositories.ts';

const find = (allowed: string, fullName: string | null, ...urls: string[]) =>
  findRepository({ fullName, urls }, [allowRepository(allowed, '/srv')]) !== null;

describe('allowed repositories', () => {
  it.each([
    ['https://git.example.org/acme/models.git', 'https://git.example.org/acme/models'],
    ['https://git.example.org/acme/models', 'git@git.example.org:acme/models.git'],
    ['https://user:token@git.example.org/acme/models.git', 'https://git.example.org/Acme/Models/'],
    ['ssh://git@git.example.org:2222/acme/models.git', 'https://git.example.org/acme/models.git'],
    ['/srv/git/models.git', 'file:///srv/git/models.git'],
    ['git/models.git', '/srv/git/models'],
  ])('takes %s and %s for the same', (allowed, sent) => {
    expect(find(allowed, null, sent)).toBe(true);
  });

  it.each([
    ['https://git.example.org/acme/models.git', 'https://evil.example/acme/models.git'],
    ['https://git.example.org/acme/models.git', 'https://git.example.org/acme/models2.git'],
    ['https://git.example.org/acme/models.git', 'https://git.example.org@evil.example/acme/models'],
    ['https://git.example.org/acme/models.git', 'https://git.example.org/x/../../acme/models/y'],
    ['/srv/git/models.git', 'https://srv/git/models.git'],
  ])('tells %s from %s', (allowed, sent) => {
    expect(find(allowed, 'acme/models', sent)).toBe(false);
  });

  it('goes by the full name only where the operator gave it', () => {
    expect(find('acme/models=/srv/git/models.git', 'acme/models', 'https://x.example/m')).toBe(
      true,
    );
    expect(find('acme/models=/srv/git/models.git', 'acme/other', 'https://x.example/m')).toBe(
      false,
    );
    expect(find('/srv/git/models.git', 'git/models', 'https://x.example/m')).toBe(false);
  });

  it('shows no credentials, and knows the name at the provider', () => {
    const allowed = allowRepository('https://user:canary@git.example.org/acme/models.git', '/');
    expect(allowed).toMatchObject({
      shown: 'https://git.example.org/acme/models.git',
      fullName: 'acme/models',
    });
    expect(allowed.url).toContain('canary');
  });

  it.each(['', 'ext::sh -c x', '--upload-pack=x', 'http://git.example.org/x', '../..=/srv/x'])(
    'refuses "%s"',
    (text) => {
      expect(() => allowRepository(text, '/')).toThrow();
    },
  );
});
