/**
 * Writes src/core/shapes/sagemaker-shapes.json: what CreateTrainingJob, CreateModel and CreateEndpointConfig take. The members are those
 * of the pinned SDK; types, bounds and patterns are those of AWS's own model, which the simulator has from botocore. A member that only
 * the SDK has gets its type and no bounds. `npm run extract-sagemaker-shapes`, after a new SDK or after the simulator's shapes were renewed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CreateEndpointConfigInput$, CreateModelInput$, CreateTrainingJobRequest$ } from '@aws-sdk/client-sagemaker';
import { root } from './setup/root.mjs';

const inputs = {
  CreateTrainingJob: CreateTrainingJobRequest$,
  CreateModel: CreateModelInput$,
  CreateEndpointConfig: CreateEndpointConfigInput$,
};
/** A new instance type comes every few weeks: the form of their names is what does not change. */
const instanceType = String.raw`ml\.[a-z0-9-]+\.[a-z0-9-]+`;
/** Values of these shapes are text without any rule. */
const anyText = new Set([String.raw`[\S\s]*`, String.raw`[\s\S]*`]);

/** What the SDK's schemas write as a number (SimpleSchema of @smithy/types); 64 and 128 are added for a list and a map of it. */
const simple = { 0: 'string', 1: 'number', 2: 'boolean' };
const kinds = { list: 1, map: 2, structure: 3 };

const model = JSON.parse(readFileSync(join(root, 'packages/sagemaker-simulator/src/validation/input-shapes.json'), 'utf8'));
const shapes = new Map();
const inputNames = Object.entries(inputs).map(([operation, schema]) => [operation, take(schema, operation)]);

const { version } = createRequire(import.meta.url)('@aws-sdk/client-sagemaker/package.json');
const lines = (entries) => entries.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
const out = join(root, 'src/core/shapes/sagemaker-shapes.json');
const sources = { members: `@aws-sdk/client-sagemaker ${version}`, bounds: model.source };
const sorted = [...shapes].toSorted(([one], [other]) => (one < other ? -1 : 1));
writeFileSync(
  out,
  `{\n  "sources": {\n${lines(Object.entries(sources))}\n  },\n  "inputs": {\n${lines(inputNames)}\n  },\n  "shapes": {\n${lines(sorted)}\n  }\n}\n`,
);
console.log(`${out}: ${shapes.size} shapes, ${readFileSync(out).length} bytes`);

/** Returns the name of the schema's shape; `place` is the model's name for a simple one, or where it stands. */
function take(schema, place) {
  const lazy = typeof schema === 'function' ? schema() : schema;
  // With traits, which these operations do not use, a schema is the first of a list.
  const known = Array.isArray(lazy) && typeof lazy[0] !== 'number' ? lazy[0] : lazy;
  if (typeof known === 'number') return takeSimple(known, place, model.shapes[place]);
  const [kind, , name] = known;
  const own = model.shapes[name];
  if (shapes.has(name)) return name;
  if (kind === kinds.structure) {
    takeStructure(known, name, own);
    return name;
  }
  const [first, second] = known.slice(4);
  if (kind === kinds.list) return takeList(name, own, () => take(first, own?.member ?? `${name}[]`));
  if (kind === kinds.map) return takeMap(name, own, () => take(second, own?.value ?? `${name}{}`));
  throw new Error(`${name}: validate-shape.ts knows no unions, timestamps or blobs (schema ${kind}); teach it first`);
}

function takeSimple(schema, name, own) {
  const modifier = schema & (64 | 128);
  const type = simple[schema & ~modifier];
  if (type === undefined)
    throw new Error(`${name}: validate-shape.ts knows no value of the SDK's schema ${schema}; teach it first`);
  if (modifier === 64) return takeList(name, own, () => takeSimple(schema & ~64, own?.member ?? type, model.shapes[own?.member]));
  if (modifier === 128) return takeMap(name, own, () => takeSimple(schema & ~128, own?.value ?? type, model.shapes[own?.value]));
  return takeScalar(name, own, type);
}

function takeStructure([, , , , members, schemas, required = 0], name, own) {
  shapes.set(name, {});
  const taken = members.map((member, index) => [member, take(schemas[index], own?.members[member] ?? `${name}.${member}`)]);
  const needed = members.slice(0, required);
  shapes.set(name, {
    type: 'structure',
    ...(needed.length === 0 ? {} : { required: needed }),
    members: Object.fromEntries(taken),
  });
}

function takeList(name, own, takeElement) {
  if (!shapes.has(name)) shapes.set(name, { type: 'list', element: takeElement(), ...bounds(own) });
  return name;
}

function takeMap(name, own, takeValue) {
  if (shapes.has(name)) return name;
  const key = own === undefined ? 'string' : takeScalar(own.key, model.shapes[own.key], 'string');
  shapes.set(name, { type: 'map', key, value: takeValue(), ...bounds(own) });
  return name;
}

/** A shape that says no more than its type goes by the name of the type. */
function takeScalar(name, own, sdkType) {
  const type = own?.type ?? sdkType;
  const expected = { string: 'string', boolean: 'boolean' }[type] ?? 'number';
  if (expected !== sdkType) throw new Error(`${name}: ${type} in the model, ${sdkType} in the SDK`);
  const shape = { type, ...bounds(own), ...text(name, own) };
  const isPlain = Object.keys(shape).length === 1;
  shapes.set(isPlain ? type : name, shape);
  return isPlain ? type : name;
}

function bounds(own) {
  const isNumber = ['integer', 'long', 'float', 'double'].includes(own?.type);
  return {
    ...(own?.min === undefined || (own.min === 0 && !isNumber) ? {} : { min: own.min }),
    ...(own?.max === undefined ? {} : { max: own.max }),
  };
}

function text(name, own) {
  if (own?.enum?.every((value) => new RegExp(`^${instanceType}$`).test(value)) && name.endsWith('InstanceType')) {
    return { pattern: instanceType };
  }
  if (own?.enum !== undefined) return { enum: own.enum };
  if (own?.pattern === undefined || anyText.has(own.pattern)) return {};
  const pattern = own.pattern.replaceAll(String.raw`\p{Alnum}`, 'a-zA-Z0-9');
  // Throws for a pattern that is Java's only.
  return RegExp(pattern, pattern.includes(String.raw`\p{`) ? 'u' : '') && { pattern };
}
