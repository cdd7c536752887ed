/** What of the package is used: its own declarations do not resolve by Node's rules for modules. */
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    constructor(tokenizer: object, config: object);
    readonly normalizer: { normalize(text: string): string } | null;
    readonly pre_tokenizer: { pre_tokenize(text: string): string[] } | null;
    encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
    decode(ids: readonly number[], options: { clean_up_tokenization_spaces: boolean }): string;
  }
}
