/** The generated file against its two sources: the pinned SDK's schemas, and the model in the simulator. */
import * as sdk from '@aws-sdk/client-sagemaker';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkString } from '../../../src/core/shapes/check-value.ts';
import { secretMembers } from '../../../src/core/shapes/redact-shape.ts';
import { getShape, inputShape, type Shape, type ShapedOperation, type StringShape } from '../../../src/core/shapes/shapes.ts';

type Schema = number | readonly unknown[] | (() => Schema);

const schemas: Readonly<Record<ShapedOperation, Schema>> = {
  CreateTrainingJob: sdk.CreateTrainingJobRequest$,
  CreateModel: sdk.CreateModelInput$,
  CreateEndpointConfig: sdk.CreateEndpointConfigInput$,
};
const operations = Object.keys(schemas) as ShapedOperation[];

/** Every place of the SDK's schema: its path, its kind, and what is required in it. */
function placesOf(schema: Schema, path: string): string[] {
  if (typeof schema === 'function') return placesOf(schema(), path);
  if (typeof schema === 'number') return placesOfNumber(schema, path);
  const [kind, , , , first, second, required = 0] = schema;
  if (typeof kind !== 'number') return placesOf(kind as Schema, path);
  if (kind === 1) return [`${path} list`, ...placesOf(first as Schema, `${path}[]`)];
  if (kind === 2) return [`${path} map`, ...placesOf(second as Schema, `${path}{}`)];
  expect(kind, path).toBe(3);
  const members = first as string[];
  const needed = members.slice(0, required as number);
  return [
    `${path} structure of ${needed.toSorted().join(' ')}`,
    ...members.flatMap((member, index) => placesOf((second as Schema[])[index] ?? -1, `${path}.${member}`)),
  ];
}

function placesOfNumber(schema: number, path: string): string[] {
  if ((schema & 64) !== 0) return [`${path} list`, ...placesOfNumber(schema & ~64, `${path}[]`)];
  if ((schema & 128) !== 0) return [`${path} map`, ...placesOfNumber(schema & ~128, `${path}{}`)];
  return [`${path} ${['string', 'number', 'boolean'][schema] ?? `of the unknown schema ${schema}`}`];
}

/** The same of the generated shapes. Ends only where they are a tree, as findMember needs them. */
function placesOfShape(shape: Shape, path: string): string[] {
  switch (shape.type) {
    case 'structure':
      return [
        `${path} structure of ${[...(shape.required ?? [])].toSorted().join(' ')}`,
        ...Object.entries(shape.members).flatMap(([member, inner]) => placesOfShape(getShape(inner), `${path}.${member}`)),
      ];
    case 'list':
      return [`${path} list`, ...placesOfShape(getShape(shape.element), `${path}[]`)];
    case 'map':
      return [`${path} map`, ...placesOfShape(getShape(shape.value), `${path}{}`)];
    default:
      return [`${path} ${shape.type === 'string' || shape.type === 'boolean' ? shape.type : 'number'}`];
  }
}

interface ModelShape {
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  members?: Record<string, string>;
  member?: string;
  key?: string;
  value?: string;
}

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const model = JSON.parse(read('packages/sagemaker-simulator/src/validation/input-shapes.json')) as {
  source: string;
  inputs: Record<string, string>;
  shapes: Record<string, ModelShape>;
};

/** Each shape of the model beside the generated one. */
function pairs(modelName: string, shape: Shape, path: string): { path: string; model: ModelShape; shape: Shape }[] {
  const own = model.shapes[modelName];
  if (own === undefined) return [];
  const inner = (name: string | undefined, generated: string, at: string) =>
    pairs(name ?? '', getShape(generated), `${path}${at}`);
  const here = { path, model: own, shape };
  if (shape.type === 'structure') {
    return [here, ...Object.entries(shape.members).flatMap(([member, name]) => inner(own.members?.[member], name, `.${member}`))];
  }
  if (shape.type === 'list') return [here, ...inner(own.member, shape.element, '[]')];
  return shape.type === 'map' ? [here, ...inner(own.key, shape.key, '{key}'), ...inner(own.value, shape.value, '{}')] : [here];
}

const everyPair = operations.flatMap((operation) => pairs(model.inputs[operation] ?? '', inputShape(operation), operation));

const strings = everyPair.flatMap(({ path, shape }) => (shape.type === 'string' ? [{ path, shape }] : []));

describe('sagemaker-shapes.json', () => {
  it.each(operations)('has every member of the pinned SDK for %s: else npm run extract-sagemaker-shapes', (operation) => {
    const places = placesOf(schemas[operation], operation).toSorted();
    expect(places.length).toBeGreaterThan(30);
    expect(placesOfShape(inputShape(operation), operation).toSorted()).toEqual(places);
  });

  it('has the bounds, patterns and enumerations of the model', () => {
    expect(everyPair.length).toBeGreaterThan(400);
    const differences = everyPair.flatMap(({ path, model: own, shape }) => {
      const isNumber = ['integer', 'long', 'float', 'double'].includes(own.type);
      const bounds = [isNumber ? own.min : own.min || undefined, own.max];
      const generated: { min?: number; max?: number; pattern?: string; enum?: readonly string[] } =
        shape.type === 'boolean' || shape.type === 'structure' ? {} : shape;
      const pattern = own.pattern?.replaceAll(String.raw`\p{Alnum}`, 'a-zA-Z0-9');
      const same =
        shape.type === own.type &&
        generated.min === bounds[0] &&
        generated.max === bounds[1] &&
        (generated.pattern === pattern || own.enum !== undefined || pattern === String.raw`[\S\s]*` || pattern === undefined) &&
        (own.enum === undefined ||
          generated.enum?.join(' ') === own.enum.join(' ') ||
          isInstanceType(generated.pattern, own.enum));
      return same ? [] : [path];
    });
    expect(differences).toEqual([]);
  });

  it('names its sources', () => {
    const { sources } = JSON.parse(read('src/core/shapes/sagemaker-shapes.json')) as { sources: Record<string, string> };
    expect(sources['members']).toMatch(/^@aws-sdk\/client-sagemaker \d+\.\d+\.\d+$/);
    expect(sources['bounds']).toBe(model.source);
  });

  it('has in no enumeration two values that differ in case or separators only', () => {
    const alike = strings.filter(({ shape }) => {
      const plain = (shape.enum ?? []).map((value) => value.replaceAll(/[\s_-]/g, '').toLowerCase());
      return new Set(plain).size < plain.length;
    });
    expect(alike).toEqual([]);
    const refused = strings.flatMap(({ shape }) => (shape.enum ?? []).filter((value) => checkString(shape, value) !== null));
    expect(refused).toEqual([]);
  });

  it('has no pattern that takes long for hostile text of any allowed length', () => {
    const seeds = ['a', '-', 'a-', '-a', '/', 'a/', '.', ':', 'arn:aws:sagemaker:', 'a-a:', '0', 's3://', '\u{1F600}', ' '];
    const started = performance.now();
    for (const shape of new Set(strings.map((one): StringShape => one.shape))) {
      for (const seed of seeds) {
        const text = seed.repeat(Math.ceil((shape.max ?? 4096) / seed.length)).slice(0, shape.max ?? 4096);
        for (const value of [text, `${text.slice(0, -1)}!`, `!${text.slice(1)}`]) checkString(shape, value);
      }
    }
    // An exponential one takes longer than the universe has.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("has as maps only what redactShape hides: a new one is the caller's text, too", () => {
    const places = operations.flatMap((operation) => placesOfShape(inputShape(operation), operation));
    const maps = places.filter((place) => place.endsWith(' map')).map((place) => /(\w+) map$/.exec(place)?.[1] ?? '');
    expect(maps.length).toBeGreaterThan(5);
    expect(maps.filter((member) => !secretMembers.includes(member))).toEqual([]);
    expect(secretMembers.filter((member) => !places.some((place) => place.includes(`.${member} `)))).toEqual([]);
  });
});

const isInstanceType = (pattern: string | undefined, values: readonly string[]): boolean =>
  pattern !== undefined && values.every((value) => new RegExp(`^(?:${pattern})$`).test(value));
