/** The types of JSON Schema as people read them: `a whole number or nothing`. */
export const nameTypes = (types: readonly string[]): string =>
  types.map((type) => NAMES[type] ?? type).join(' or ');

const NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};
