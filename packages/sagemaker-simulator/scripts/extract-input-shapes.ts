/**
 * Renews src/validation/input-shapes.json from AWS's own API model, which comes with botocore (Apache-2.0):
 * `node scripts/extract-input-shapes.ts <botocore>/data/sagemaker/2017-07-24/service-2.json VERSION`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { operations } from '../src/operations.ts';

interface ModelShape {
  type: string;
  required?: string[];
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
}

interface Model {
  operations: Record<string, { input: { shape: string } }>;
  shapes: Record<string, ModelShape>;
}

const [modelPath, version] = process.argv.slice(2);
if (!modelPath || !version) throw new Error('usage: extract-input-shapes.ts SERVICE-2.JSON BOTOCORE-VERSION');
const model = JSON.parse(readFileSync(modelPath, 'utf8')) as Model;

const shapes = new Map<string, string>();

function take(name: string): void {
  if (shapes.has(name)) return;
  const shape = model.shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  const members = shape.members && Object.fromEntries(Object.entries(shape.members).map(([key, member]) => [key, member.shape]));
  const { type, required, min, max, pattern } = shape;
  const [member, key, value] = [shape.member?.shape, shape.key?.shape, shape.value?.shape];
  shapes.set(name, JSON.stringify({ type, required, members, member, key, value, enum: shape.enum, min, max, pattern }));
  for (const inner of [...Object.values(members ?? {}), member, key, value]) if (inner) take(inner);
}

const inputs = operations.map((operation) => {
  const input = model.operations[operation]?.input.shape;
  if (!input) throw new Error(`no operation ${operation}`);
  take(input);
  return `    ${JSON.stringify(operation)}: ${JSON.stringify(input)}`;
});

const lines = [...shapes]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, shape]) => `    ${JSON.stringify(name)}: ${shape}`);
const source = `botocore ${version}, sagemaker/2017-07-24/service-2.json (Apache-2.0)`;
const text = `{\n  "source": ${JSON.stringify(source)},\n  "inputs": {\n${inputs.join(',\n')}\n  },\n  "shapes": {\n${lines.join(',\n')}\n  }\n}\n`;
writeFileSync(new URL('../src/validation/input-shapes.json', import.meta.url), text);
