import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getReferencesInExpression, parse } from '@cdktf/hcl2json';

export const folder = 'infra/terraform';
/** Every folder with Terraform files in it, from `folder`. */
export const modules = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name === 'versions.tf' || (entry.name === 'main.tf' && entry.parentPath.includes('examples')))
  .map(({ parentPath }) => parentPath.slice(folder.length + 1));

export type Block = Record<string, unknown>;

/** A folder's configuration: what a real HCL parser makes of all its files. Expressions stay text, as `${…}`. */
export interface Module {
  variables: Record<string, Block>;
  outputs: Record<string, Block>;
  locals: Block;
  calls: Record<string, Block>;
  providers: Record<string, Block>;
  /** By type and name, `aws_sqs_queue.this`; `data.aws_region.current` and `ephemeral.random_password.database` with their kind. */
  resources: Record<string, Block>;
  terraform: Block;
}

type Parsed = Partial<Record<string, Record<string, Record<string, Block[]> & Block[]>>> & {
  locals?: Block[];
  terraform?: Block[];
};

export function loadModule(name: string): Promise<Module> {
  const known = loaded.get(name) ?? readModule(name);
  loaded.set(name, known);
  return known;
}

const loaded = new Map<string, Promise<Module>>();

async function readModule(name: string): Promise<Module> {
  const module: Module = { variables: {}, outputs: {}, locals: {}, calls: {}, providers: {}, resources: {}, terraform: {} };
  for (const file of readdirSync(join(folder, name)).filter((one) => one.endsWith('.tf'))) {
    const path = join(folder, name, file);
    const parsed = (await parse(path, readFileSync(path, 'utf8'))) as Parsed;
    const named = (kind: string): [string, Block][] =>
      Object.entries((parsed[kind] ?? {}) as Record<string, Block[]>).map(([key, [block = {}]]) => [key, block]);
    const typed = (kind: string, prefix: string): [string, Block][] =>
      Object.entries((parsed[kind] ?? {}) as Record<string, Record<string, Block[]>>).flatMap(([type, blocks]) =>
        Object.entries(blocks).map(([key, [block = {}]]): [string, Block] => [`${prefix}${type}.${key}`, block]),
      );
    Object.assign(module.variables, Object.fromEntries(named('variable')));
    Object.assign(module.outputs, Object.fromEntries(named('output')));
    Object.assign(module.calls, Object.fromEntries(named('module')));
    Object.assign(module.providers, Object.fromEntries(named('provider')));
    Object.assign(
      module.resources,
      Object.fromEntries([...typed('resource', ''), ...typed('data', 'data.'), ...typed('ephemeral', 'ephemeral.')]),
    );
    Object.assign(module.locals, ...(parsed.locals ?? []));
    Object.assign(module.terraform, ...(parsed.terraform ?? []));
  }
  return module;
}

/** The resources of a type, by name. */
export const ofType = ({ resources }: Module, type: string): Record<string, Block> =>
  Object.fromEntries(
    Object.entries(resources).flatMap(([address, block]) =>
      address.startsWith(`${type}.`) ? [[address.slice(type.length + 1), block]] : [],
    ),
  );

/** All that the expressions in a value refer to, as `local.name` or `aws_iam_role.function.arn`, but for what they name themselves. */
export async function referencesIn(value: unknown): Promise<string[]> {
  if (typeof value === 'string') {
    if (!value.includes('${')) return [];
    return (await getReferencesInExpression('expression.tf', value)).map((reference) => reference.value);
  }
  if (typeof value !== 'object' || value === null) return [];
  const { dynamic, ...rest } = value as Block;
  const found = await Promise.all([...Object.values(rest), ...Object.values(dynamic ?? {}).flat()].map(referencesIn));
  const iterators = Object.keys(dynamic ?? {});
  return found.flat().filter((reference) => !iterators.some((iterator) => reference.startsWith(`${iterator}.value`)));
}
