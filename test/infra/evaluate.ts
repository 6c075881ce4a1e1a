import { getExpressionAst } from '@cdktf/hcl2json';

type Scope = Record<string, unknown>;

interface Ast {
  type: string;
  children: Ast[];
  meta?: { value?: unknown; type?: string; keyVar?: string; valVar?: string; traversal?: { segment: string }[] };
}

/**
 * What a parsed value comes to, for the few forms that event patterns are made of: templates, references, objects and `for` over a
 * list. Anything else throws.
 */
export async function evaluate(value: unknown, scope: Scope): Promise<unknown> {
  if (typeof value === 'string') {
    if (!value.includes('${')) return value;
    const ast = (await getExpressionAst('expression.tf', `"${value}"`)) as Ast | null;
    if (ast === null) throw new Error(`no expression: ${value}`);
    return evaluateAst(ast, scope);
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => evaluate(one, scope)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, one]): Promise<[string, unknown]> => [key, await evaluate(one, scope)]);
  return Object.fromEntries(await Promise.all(entries));
}

function evaluateAst({ type, children, meta }: Ast, scope: Scope): unknown {
  const values = (): unknown[] => children.map((child) => evaluateAst(child, scope));
  switch (type) {
    case 'literalValue':
      return meta?.value;
    case '':
    case 'templateWrap':
      return values()[0];
    case 'template':
      return values().join('');
    case 'scopeTraversal':
      return (meta?.traversal ?? []).reduce<unknown>((found, { segment }) => {
        if (typeof found !== 'object' || found === null || !(segment in found))
          throw new Error(`unknown: ${String(meta?.value)}`);
        return Reflect.get(found, segment);
      }, scope);
    case 'object': {
      const parts = values();
      return Object.fromEntries(Array.from({ length: parts.length / 2 }, (_, i) => [String(parts[2 * i]), parts[2 * i + 1]]));
    }
    case 'for': {
      const [collection, body, ...more] = children;
      if (collection === undefined || body === undefined || more.length > 0 || meta?.keyVar) throw new Error('not a plain for');
      const list = evaluateAst(collection, scope);
      if (!Array.isArray(list)) throw new Error('for over something else than a list');
      return list.map((item: unknown) => evaluateAst(body, { ...scope, [meta?.valVar ?? '']: item }));
    }
    default:
      throw new Error(`not evaluated here: ${type}`);
  }
}
