/** The schemas against validateShape, with a real validator: a value at each place of each shape. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { getShape, inputShape, type Shape, type ShapedOperation } from '../../../src/core/shapes/shapes.ts';
import { shapeSchemaNames, shapeSchemas } from '../../../src/core/shapes/to-json-schema.ts';
import { validateShape } from '../../../src/core/shapes/validate-shape.ts';

const operations = Object.keys(shapeSchemaNames) as ShapedOperation[];
const $defs = shapeSchemas('#/$defs/');
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const validators = Object.fromEntries(
  operations.map((operation) => [operation, ajv.compile({ $ref: `#/$defs/${shapeSchemaNames[operation]}`, $defs })]),
);

/** Makes of a value a whole layer that has it at the place. */
type Wrap = (value: unknown) => unknown;

interface Place {
  path: string;
  shape: Shape;
  wrap: Wrap;
}

/** Lists that are merged by a key need it in each entry. */
const keys: Record<string, object> = { Tags: { Key: 'key' }, InputDataConfig: { ChannelName: 'channel' } };

function placesIn(shape: Shape, path: string, wrap: Wrap): Place[] {
  const here = { path, shape, wrap };
  switch (shape.type) {
    case 'structure':
      return [
        here,
        ...Object.entries(shape.members).flatMap(([member, inner]) => {
          const key = keys[path.split('.').at(-1)?.replace('[0]', '') ?? ''];
          return placesIn(getShape(inner), `${path}.${member}`, (value) => wrap({ ...key, [member]: value }));
        }),
      ];
    case 'list':
      return [here, ...placesIn(getShape(shape.element), `${path}[0]`, (value) => wrap([value]))];
    case 'map':
      return [
        here,
        ...placesIn(getShape(shape.key), `${path}{key}`, (key) => wrap({ [String(key)]: 'value' })),
        ...placesIn(getShape(shape.value), `${path}.KEY`, (value) => wrap({ KEY: value })),
      ];
    default:
      return [here];
  }
}

/** Texts without white space. */
const words = `
a a-b - a_b a.b 8K ml.m5.large s3://bucket/prefix https://a/b subnet-0abc arn:aws:iam::123456789012:role/name
arn:aws:sns:eu-west-1:123456789012:topic alias/key text/csv /opt/ml/ autodeploy:x AutoDeploy:x aws:x AWS:x autodeploy
__proto__ fs-01234567 \u{1F600} \u00fc`;
const texts = [
  '',
  'a b',
  'a\nb',
  ...words.trim().split(/\s/),
  ...[62, 63, 64, 65, 255, 256, 257, 1024, 1025, 2500, 2501, 4096].map((length) => 'a'.repeat(length)),
  ...[64, 256].map((length) => '\u{1F600}'.repeat(length)),
];

function samplesFor(shape: Shape): unknown[] {
  const others = [null, true, 0, 1, 7, '7', [], {}, [null], { Unknown: 1 }];
  if (shape.type === 'string') return [...others, ...texts, ...(shape.enum ?? []), 'NewValue', 'a value'];
  if (shape.type === 'boolean' || shape.type === 'structure') return [...others, ...texts.slice(0, 3), false];
  const { min = 0, max = 0 } = shape;
  const around = [min - 1, min, min + 1, max - 1, max, max + 1];
  if (shape.type === 'list' || shape.type === 'map') {
    const sizes = around.filter((size) => size >= 0);
    return [
      ...others,
      ...sizes.map((size) => Array.from({ length: size }, (_, index) => `a${index}`)),
      ...sizes.map((size) => Object.fromEntries(Array.from({ length: size }, (_, index) => [`a${index}`, 'value']))),
    ];
  }
  return [...others, ...around, 0.5, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) + 1, 2 ** 53, 1e300];
}

/** What a schema cannot say, or leaves out: the names that are the service's own. */
const onlyChecked = /must be written |is the same as |is reserved by JavaScript/;
const namesLeftOut = /\.(ModelName|EndpointConfigName)$/;

describe.each(operations)('the JSON Schema of a layer of %s', (operation) => {
  const places = placesIn(inputShape(operation), operation, (value) => value);

  it('takes and refuses what validateShape does, at each place', () => {
    expect(places.length).toBeGreaterThan(50);
    const differences = places.flatMap(({ path, shape, wrap }) =>
      samplesFor(shape).flatMap((sample) => {
        const layer = wrap(sample);
        const issues = validateShape(operation, layer, operation);
        const isOwnName = sample === null && namesLeftOut.test(path) && !path.includes('Shadow');
        if (issues.some(({ detail }) => onlyChecked.test(detail)) || isOwnName) return [];
        const isValid = validators[operation]?.(layer);
        return isValid === (issues.length === 0) ? [] : [`${path}: ${JSON.stringify(sample)?.slice(0, 80)} ${isValid}`];
      }),
    );
    expect(differences).toEqual([]);
  });

  it('shows every known value of an enumeration, and takes a new one', () => {
    const enumerations = places.filter(({ shape }) => shape.type === 'string' && shape.enum !== undefined);
    expect(enumerations.length).toBeGreaterThan(2);
    for (const { path, wrap } of enumerations) expect(validators[operation]?.(wrap('BRAND_NEW')), path).toBe(true);
  });

  it('refuses more than one production variant, and the names that follow from the content', () => {
    const variants = { ProductionVariants: [{ VariantName: 'a' }, { VariantName: 'b' }] };
    for (const layer of [variants, { ModelName: 'a' }, { EndpointConfigName: 'a' }, { ProductionVariants: [{ ModelName: 'a' }] }])
      expect(validators[operation]?.(layer)).toBe(false);
  });
});

it('the JSON Schemas refer to each other alone, and have the addresses of AWS', () => {
  const text = JSON.stringify($defs);
  const refs = [...text.matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].map(([, name = '']) => name);
  expect(refs.length).toBeGreaterThan(50);
  expect(refs.filter((name) => !(name in $defs))).toEqual([]);
  expect($defs['VpcConfig']).toMatchObject({
    description: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html',
    properties: { Subnets: { type: ['array', 'null'], minItems: 1, maxItems: 16 } },
  });
});
