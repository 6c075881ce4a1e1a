import { dirname, join, relative } from 'node:path/posix';
import { instead, isProgram, layers, mayReachIntoPackages, owned } from './layers.ts';
import type { Context, Node, Rule } from './rule.ts';

interface ImportLike extends Node {
  readonly source: { readonly type: string; readonly value?: unknown } | null;
  readonly importKind?: string;
  readonly exportKind?: string;
}

const within = (file: string, paths: readonly string[]): boolean =>
  paths.some((path) => file === path || file.startsWith(`${path}/`));

const isPackage = (name: string, packages: readonly string[]): boolean =>
  packages.some((owner) => (owner.endsWith('/') ? name.startsWith(owner) : name === owner || name.startsWith(`${owner}/`)));

/** Says which import is wrong and what the right one is; null for a right one. `file` and the answer's paths are from the top. */
export function faultOf(file: string, specifier: string, onlyTypes: boolean): string | null {
  const layer = layers.find(({ path }) => within(file, [path]));
  if (!specifier.startsWith('.')) return file.startsWith('src/') ? packageFault(file, specifier, layer?.packages) : null;

  const target = join(dirname(file), specifier);
  const [, packageName] = /^packages\/([^/]+)/.exec(target) ?? [];
  if (packageName !== undefined && !within(file, [`packages/${packageName}`, ...mayReachIntoPackages])) {
    return `Import the package by its name, ${packageName}, not ${target}.`;
  }
  if (layer === undefined || isProgram(file) || within(target, layer.mayImport)) return null;
  if (onlyTypes && within(target, layer.mayImportTypes ?? [])) return null;
  const hint = instead.find(({ path }) => within(target, [path]))?.hint ?? '';
  return `${layer.path} may import only ${layer.mayImport.join(', ')}, not ${target}. ${hint}`.trim();
}

function packageFault(file: string, name: string, allowed: readonly string[] | undefined): string | null {
  const owner = owned.find(({ packages }) => isPackage(name, packages));
  if (owner !== undefined && !within(file, owner.by)) return `Only ${owner.by.join(' and ')} may import ${name}. ${owner.hint}`;
  if (allowed === undefined || allowed.includes(name)) return null;
  const which = allowed.length === 0 ? 'no packages' : `no package but ${allowed.join(', ')}`;
  return `${dirname(file)} may import ${which}, not ${name}. Take it as an argument, through an interface of src/ports.`;
}

export const importLayers: Rule = {
  create(context: Context) {
    const file = relative(context.cwd, context.filename);
    const check = (node: ImportLike): void => {
      if (typeof node.source?.value !== 'string') return;
      const message = faultOf(file, node.source.value, node.importKind === 'type' || node.exportKind === 'type');
      if (message !== null) context.report({ node, message });
    };
    return { ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};
