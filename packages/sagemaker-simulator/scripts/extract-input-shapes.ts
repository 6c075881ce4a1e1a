/**
 * Renews src/validation/*input-shapes.json from AWS's own API models, which come with botocore (Apache-2.0):
 * `node scripts/extract-input-shapes.ts <botocore>/data VERSION`, where the folder has the three service-2.json unpacked.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { autoscalingOperations, cloudWatchOperations, sagemakerOperations } from '../src/operations.ts';

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

const [folder, version] = process.argv.slice(2);
if (!folder || !version) throw new Error('usage: extract-input-shapes.ts BOTOCORE-DATA-FOLDER BOTOCORE-VERSION');

/** @param prefix put before the names of the model's shapes, so that those of two services never meet. */
function extract(operations: readonly string[], path: string, file: string, prefix: string): void {
  const model = JSON.parse(readFileSync(join(String(folder), path), 'utf8')) as Model;
  const shapes = new Map<string, string>();

  const prefixed = (name: string | undefined): string | undefined => (name === undefined ? undefined : `${prefix}${name}`);

  function take(name: string): void {
    if (shapes.has(name)) return;
    const shape = model.shapes[name];
    if (!shape) throw new Error(`no shape ${name}`);
    const { type, required, min, max, pattern } = shape;
    const inner = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value];
    const members =
      shape.members && Object.fromEntries(Object.entries(shape.members).map(([key, member]) => [key, prefixed(member.shape)]));
    const [member, key, value] = [shape.member, shape.key, shape.value].map((one) => prefixed(one?.shape));
    shapes.set(name, JSON.stringify({ type, required, members, member, key, value, enum: shape.enum, min, max, pattern }));
    for (const one of inner) if (one) take(one.shape);
  }

  const inputs = operations.map((operation) => {
    const input = model.operations[operation]?.input.shape;
    if (!input) throw new Error(`no operation ${operation}`);
    take(input);
    return `    ${JSON.stringify(operation)}: ${JSON.stringify(prefixed(input))}`;
  });
  const lines = [...shapes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, shape]) => `    ${JSON.stringify(prefixed(name))}: ${shape}`);
  const source = `botocore ${version}, ${path} (Apache-2.0)`;
  const text = `{\n  "source": ${JSON.stringify(source)},\n  "inputs": {\n${inputs.join(',\n')}\n  },\n  "shapes": {\n${lines.join(',\n')}\n  }\n}\n`;
  writeFileSync(new URL(`../src/validation/${file}`, import.meta.url), text);
}

extract(sagemakerOperations, 'sagemaker/2017-07-24/service-2.json', 'input-shapes.json', '');
extract(
  autoscalingOperations,
  'application-autoscaling/2016-02-06/service-2.json',
  'autoscaling-input-shapes.json',
  'AutoScaling.',
);
extract(cloudWatchOperations, 'cloudwatch/2010-08-01/service-2.json', 'cloudwatch-input-shapes.json', 'CloudWatch.');
