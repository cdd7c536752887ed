/**
 * A text as its characters, blanks included: code points after composition, so that a letter with its
 * accent is one where Unicode has it as one.
 */
export function characterTokens(
  text: string,
  { lowercase }: { readonly lowercase: boolean },
): string[] {
  const composed = text.normalize('NFC');
  return [...(lowercase ? composed.toLowerCase() : composed)];
}
