import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Block, loadModule, type Module, modules, referencesIn } from './terraform.ts';

/** An argument like `required string`, an attribute like `computed string`, or a block with what is allowed in it. */
type Member = string | { presence: 'required' | 'optional'; nesting: string; repeats: boolean; members: Schema };
interface Schema {
  [name: string]: Member;
}

const { providers, types } = JSON.parse(readFileSync('test/infra/provider-schema.json', 'utf8')) as {
  providers: Record<string, { version: string; bindings: string }>;
  types: Record<string, Schema>;
};

/** Arguments that every resource has, whatever its type. */
const metaArguments = new Set(['count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'dynamic']);

/** An ephemeral resource has the arguments of the resource of its name, but for what only a state needs. */
const schemaOf = (address: string): Schema | undefined => {
  const [kind = '', type = ''] = address.split('.');
  if (kind === 'data') return types[`data.${type}`];
  return types[kind === 'ephemeral' ? type : kind];
};

/** What the provider would refuse in a block, a line each. */
function faults(block: Block, schema: Schema, path: string): string[] {
  const dynamic = Object.entries(dynamicIn(block));
  const blocks = (name: string): Block[] => [
    ...((block[name] ?? []) as Block[]),
    ...dynamic.filter(([one]) => one === name).flatMap(([, many]) => many.flatMap(({ content }) => content as Block[])),
  ];
  const missing = Object.entries(schema)
    .filter(([, member]) => (typeof member === 'string' ? member.startsWith('required') : member.presence === 'required'))
    .filter(([name]) => !(name in block) && !(name in dynamicIn(block)))
    .map(([name]) => `${path}: ${name} is missing`);
  const names = [...Object.keys(block).filter((name) => !metaArguments.has(name)), ...dynamic.map(([name]) => name)];
  const wrong = names.flatMap((name) => {
    const member = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (member === undefined) return [`${path}: ${name} is unknown`];
    if (typeof member === 'string')
      return member.startsWith('computed') || isBlock(block[name], member) ? [`${path}: ${name} is no block, and ${member}`] : [];
    if (!Array.isArray(block[name] ?? [])) return [`${path}: ${name} is a block`];
    const tooMany = !member.repeats && blocks(name).length > 1 ? [`${path}: ${name} stands there twice`] : [];
    return [...tooMany, ...blocks(name).flatMap((one) => faults(one, member.members, `${path}.${name}`))];
  });
  return [...missing, ...wrong];
}

const dynamicIn = (block: Block): Record<string, Block[]> => (block['dynamic'] ?? {}) as Record<string, Block[]>;

/** The parser gives blocks as lists of objects. A list of objects as an argument's value is none where the argument takes one. */
const isBlock = (value: unknown, member: string): boolean =>
  !/list|set|map/.test(member) && Array.isArray(value) && typeof value[0] === 'object';

async function unknownAttributes(module: Module): Promise<string[]> {
  const references = await referencesIn({ ...module, variables: {} });
  return references.flatMap((reference) => {
    const parts = reference.replaceAll(/\."[^"]*"|\.\d+(?=\.|$)/g, '').split('.');
    const [type = '', attribute] = ['data', 'ephemeral'].includes(parts[0] ?? '')
      ? [parts.slice(0, 2).join('.'), parts[3]]
      : [parts[0], parts[2]];
    const schema = schemaOf(type);
    return schema === undefined || attribute === undefined || Object.hasOwn(schema, attribute) ? [] : [reference];
  });
}

describe.each(modules)("%s, compared with the providers' schemas", (name) => {
  it('uses only arguments and blocks that exist, and leaves none out that is required', async () => {
    const { resources } = await loadModule(name);
    for (const [address, block] of Object.entries(resources)) {
      const schema = schemaOf(address);
      expect(schema, `${address}: npm run extract-provider-schema`).toBeDefined();
      expect(faults(block, schema ?? {}, address)).toEqual([]);
    }
  });

  it('reads only attributes that exist', async () => {
    expect(await unknownAttributes(await loadModule(name))).toEqual([]);
  });

  it('allows the version that it is compared with', async () => {
    const [required] = (await loadModule(name)).terraform['required_providers'] as Record<string, Block>[];
    for (const [provider, { version }] of Object.entries(required ?? {})) {
      const [lowest = '', below] = String(version).match(/\d+\.\d+\.\d+/g) ?? [];
      const compared = providers[provider]?.version ?? '';
      const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
      expect(number(compared), provider).toBeGreaterThanOrEqual(number(lowest));
      if (below !== undefined) expect(number(compared), provider).toBeLessThan(number(below));
    }
  });
});

describe('faults', () => {
  const schema: Schema = {
    name: 'required string',
    arn: 'computed string',
    names: 'optional list of string',
    rule: { presence: 'required', nesting: 'list', repeats: false, members: { port: 'required number' } },
  };

  it('finds what the provider refuses', () => {
    expect(faults({ rule: [{ port: 1 }], name: 'x', names: ['y'] }, schema, 'a')).toEqual([]);
    expect(faults({ name: 'x', dynamic: { rule: [{ content: [{ port: 1 }] }] } }, schema, 'a')).toEqual([]);
    expect(faults({ rule: [{}], arn: 'x', port: 1 }, schema, 'a')).toEqual([
      'a: name is missing',
      'a.rule: port is missing',
      'a: arn is no block, and computed string',
      'a: port is unknown',
    ]);
    expect(faults({ name: [{}], rule: 'x' }, schema, 'a')).toEqual([
      'a: name is no block, and required string',
      'a: rule is a block',
    ]);
    expect(faults({ name: 'x', rule: [{ port: 1 }, { port: 2 }] }, schema, 'a')).toEqual(['a: rule stands there twice']);
    expect(faults({ name: 'x' }, schema, 'a')).toEqual(['a: rule is missing']);
  });
});
