/** Globs: `*` stands for anything but `/`, `**` for anything, `?` for one character. */

type Token = string | { readonly stands: 'part' | 'anything' | 'folders' };

/**
 * Whether a whole text matches a glob.
 *
 * By filling a table row by row, in time `O(glob × text)`: as a regular expression `*a*a*a*b`
 * would backtrack for minutes. Two stars and a slash stand for any number of folders, also none.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const characters = [...text];
  // reached[i]: whether the tokens so far match the first i characters.
  let reached: readonly boolean[] = [true, ...characters.map(() => false)];
  for (const token of tokenize(glob)) {
    reached =
      typeof token === 'string'
        ? matchOne(reached, characters, token)
        : matchMany(reached, characters, token.stands);
  }
  return reached[characters.length] === true;
}

function tokenize(glob: string): readonly Token[] {
  const parts = glob.match(/\*\*\/|\*\*|\*|[^*]/gsu) ?? [];
  return parts.map((part) => {
    if (part === '**/') return { stands: 'folders' };
    if (part === '**') return { stands: 'anything' };
    return part === '*' ? { stands: 'part' } : part;
  });
}

function matchOne(reached: readonly boolean[], characters: readonly string[], token: string) {
  const fits = (character: string | undefined) =>
    token === '?' ? character !== '/' : character === token;
  return reached.map((_, at) => at > 0 && reached[at - 1] === true && fits(characters[at - 1]));
}

function matchMany(
  reached: readonly boolean[],
  characters: readonly string[],
  stands: 'part' | 'anything' | 'folders',
) {
  let isOpen = false;
  return reached.map((before, at) => {
    const character = characters[at - 1];
    if (stands === 'part' && character === '/') isOpen = false;
    const goesOn = isOpen && (stands !== 'folders' || character === '/');
    isOpen ||= before;
    return before || goesOn;
  });
}
