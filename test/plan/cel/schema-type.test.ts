import type { CelType } from '../../../src/plan/cel/cel-type.ts';
import { DYN } from '../../../src/plan/cel/cel-type.ts';
import { schemasOfType, typeOfSchema } from '../../../src/plan/cel/schema-type.ts';
import type { JsonSchema } from '../../../src/spec/spec.ts';

const SAME: readonly (readonly [JsonSchema, CelType])[] = [
  [{}, DYN],
  [{ type: 'null' }, { kind: 'null' }],
  [{ type: 'boolean' }, { kind: 'bool' }],
  [{ type: 'integer' }, { kind: 'int' }],
  [{ type: 'number' }, { kind: 'double' }],
  [{ type: 'string' }, { kind: 'string' }],
  [
    { type: 'string', enum: ['a', 'b'] },
    { kind: 'string', values: ['a', 'b'] },
  ],
  [{ 'x-artifact': 'model' }, { kind: 'artifact', of: 'model' }],
  [
    { type: 'array', items: { type: 'integer' } },
    { kind: 'list', items: { kind: 'int' } },
  ],
  [
    { type: 'object', additionalProperties: { type: 'number' } },
    { kind: 'map', values: { kind: 'double' } },
  ],
  [
    { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false },
    { kind: 'record', fields: new Map([['a', { kind: 'int' }]]), rest: null },
  ],
  [
    { type: 'object', properties: { a: {} }, additionalProperties: { type: 'string' } },
    { kind: 'record', fields: new Map([['a', DYN]]), rest: { kind: 'string' } },
  ],
];

describe('a schema and a type', () => {
  it.each(SAME)('%j', (schema, type) => {
    expect(typeOfSchema(schema)).toEqual(type);
    expect(schemasOfType(type)).toEqual([schema]);
  });

  it.each<[JsonSchema, CelType]>([
    [
      { enum: [1, 2.5, 'a', null] },
      {
        kind: 'union',
        of: [
          { kind: 'string', values: ['a'] },
          { kind: 'int' },
          { kind: 'double' },
          { kind: 'null' },
        ],
      },
    ],
    [{ const: 'x' }, { kind: 'string', values: ['x'] }],
    [{ type: ['number', 'null'] }, { kind: 'union', of: [{ kind: 'double' }, { kind: 'null' }] }],
    [
      { anyOf: [{ type: 'integer' }, { oneOf: [{ type: 'null' }, { type: 'integer' }] }] },
      { kind: 'union', of: [{ kind: 'int' }, { kind: 'null' }] },
    ],
    [{ anyOf: [{ type: 'integer' }, {}] }, DYN],
    [{ type: 'object' }, { kind: 'map', values: DYN }],
    [
      { type: 'object', additionalProperties: false, properties: {} },
      { kind: 'record', fields: new Map(), rest: null },
    ],
    [{ type: 'array' }, { kind: 'list', items: DYN }],
    [{ $ref: '#/definitions/x' }, DYN],
  ])('%j becomes a type', (schema, type) => {
    expect(typeOfSchema(schema)).toEqual(type);
  });

  it('follows `$ref` where it is told how, and ends on a schema that names itself', () => {
    const tree: JsonSchema = { type: 'array', items: { $ref: '#' } };
    let type = typeOfSchema(tree, (schema) => [schema.$ref ? tree : schema]);
    let depth = 0;
    for (; type.kind === 'list'; depth += 1) type = type.items;
    expect(depth).toBeGreaterThan(5);
    expect(type).toEqual(DYN);
  });

  it('a union becomes alternatives', () => {
    const type = typeOfSchema({ type: ['integer', 'null'] });
    expect(schemasOfType(type)).toEqual([{ type: 'integer' }, { type: 'null' }]);
    expect(schemasOfType({ kind: 'list', items: type })).toEqual([
      { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
    ]);
  });
});
