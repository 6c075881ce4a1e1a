import { getExpressionAst } from '@cdktf/hcl2json';
import { functions } from './terraform-functions.ts';

type Scope = Record<string, unknown>;

interface Ast {
  type: string;
  children: Ast[];
  range?: { start: { byte: number }; end: { byte: number } };
  meta?: {
    value?: unknown;
    type?: string;
    name?: string;
    operator?: string;
    keyVar?: string;
    valVar?: string;
    keyExpression?: string;
    conditionalExpression?: string;
    traversal?: { segment: string }[];
  };
}

/**
 * What a parsed value comes to, for the forms that infra/terraform is made of: templates, references, objects, `for`, conditions and the
 * functions of terraform-functions.ts. Anything else throws.
 */
export async function evaluate(value: unknown, scope: Scope): Promise<unknown> {
  if (typeof value === 'string') {
    if (!value.includes('${')) return value;
    const source = `"${value}"`;
    const ast = (await getExpressionAst('expression.tf', source)) as Ast | null;
    if (ast === null) throw new Error(`no expression: ${value}`);
    return new Evaluation(Buffer.from(source)).of(ast, scope);
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => evaluate(one, scope)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, one]): Promise<[string, unknown]> => [key, await evaluate(one, scope)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The scope with the locals of a module, those that come from what the scope holds: `var`, and attributes of resources. */
export async function withLocals(locals: Record<string, unknown>, scope: Scope): Promise<Scope & { local: Scope }> {
  const local: Scope = {};
  let pending = Object.keys(locals);
  for (let before = Number.POSITIVE_INFINITY; pending.length < before;) {
    before = pending.length;
    const left: string[] = [];
    for (const name of pending)
      await evaluate(locals[name], { ...scope, local }).then(
        (value) => (local[name] = value),
        () => left.push(name),
      );
    pending = left;
  }
  return { ...scope, local };
}

class Evaluation {
  private readonly source: Buffer;

  constructor(source: Buffer) {
    this.source = source;
  }

  of(ast: Ast, scope: Scope): unknown {
    const { type, children, meta } = ast;
    const values = (): unknown[] => children.map((child) => this.of(child, scope));
    switch (type) {
      case 'literalValue':
        return literal(meta);
      case '':
      case 'templateWrap':
        return values()[0];
      case 'template':
        return values().join('');
      case 'tuple':
        return values();
      case 'scopeTraversal':
        return walk(scope, meta);
      case 'relativeTraversal':
        return walk(values()[0], meta);
      case 'index': {
        const [collection, key] = values();
        return member(collection, String(key), String(meta?.value));
      }
      case 'conditional':
        return this.of(this.pick(children, this.of(this.pick(children, 0), scope) === true ? 1 : 2), scope);
      case 'unaryOp':
        return meta?.operator === 'logicalNot' ? values()[0] !== true : -Number(values()[0]);
      case 'binaryOp':
        return binary(meta?.operator ?? '', ...(values() as [unknown, unknown]));
      case 'function':
        return this.call(meta?.name ?? '', children, scope);
      case 'object':
        return this.object(children, scope);
      case 'for':
        return this.comprehension(ast, scope);
      default:
        throw new Error(`not evaluated here: ${type}`);
    }
  }

  private call(name: string, children: Ast[], scope: Scope): unknown {
    const attempt = (child: Ast): { value: unknown } | null => {
      try {
        return { value: this.of(child, scope) };
      } catch {
        return null;
      }
    };
    if (name === 'can') return attempt(this.pick(children, 0)) !== null;
    if (name === 'try') return children.map(attempt).find((tried) => tried !== null)?.value;
    const apply = functions[name];
    if (apply === undefined) throw new Error(`not evaluated here: ${name}()`);
    return apply(...(children.map((child) => this.of(child, scope)) as never[]));
  }

  /** A key that is a bare name is in the source only. */
  private object(children: Ast[], scope: Scope): unknown {
    const pairs = Array.from({ length: children.length / 2 }, (_, i): [string, unknown] => {
      const key = this.pick(children, 2 * i);
      const name = key.children.length === 0 ? this.textOf(key) : String(this.of(key, scope));
      return [name, this.of(this.pick(children, 2 * i + 1), scope)];
    });
    return Object.fromEntries(pairs);
  }

  private comprehension({ children, meta }: Ast, scope: Scope): unknown {
    const [collection, ...body] = children;
    const items: unknown = collection === undefined ? null : this.of(collection, scope);
    if (typeof items !== 'object' || items === null) throw new Error('for over something else than a list or a map');
    const condition = meta?.conditionalExpression === undefined ? undefined : body.pop();
    const found = Object.entries(items).flatMap(([key, item]: [string, unknown]) => {
      const inner = { ...scope, [meta?.valVar ?? '']: item, ...(meta?.keyVar ? { [meta.keyVar]: key } : {}) };
      if (condition !== undefined && this.of(condition, inner) !== true) return [];
      return [body.map((one) => this.of(one, inner))];
    });
    return meta?.keyExpression === undefined ? found.map(([value]) => value) : Object.fromEntries(found as [string, unknown][]);
  }

  private textOf({ range }: Ast): string {
    return this.source.subarray(range?.start.byte, range?.end.byte).toString();
  }

  private pick(children: Ast[], index: number): Ast {
    const child = children[index];
    if (child === undefined) throw new Error('an expression without its part');
    return child;
  }
}

function literal(meta: Ast['meta']): unknown {
  if (meta?.type === 'number') return Number(meta.value);
  if (meta?.type === 'bool') return meta.value === 'true' || meta.value === true;
  return meta?.type === 'dynamic' ? null : meta?.value;
}

const walk = (from: unknown, meta: Ast['meta']): unknown =>
  (meta?.traversal ?? []).reduce((found, { segment }) => member(found, segment.replaceAll('"', ''), String(meta?.value)), from);

function member(found: unknown, name: string, expression: string): unknown {
  if (typeof found !== 'object' || found === null || !(name in found)) throw new Error(`unknown: ${expression}`);
  return Reflect.get(found, name);
}

function binary(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case 'equal':
      return left === right;
    case 'notEqual':
      return left !== right;
    case 'logicalAnd':
      return left === true && right === true;
    case 'logicalOr':
      return left === true || right === true;
    default: {
      const apply = arithmetic[operator];
      if (apply === undefined) throw new Error(`not evaluated here: ${operator}`);
      return apply(Number(left), Number(right));
    }
  }
}

const arithmetic: Record<string, ((left: number, right: number) => unknown) | undefined> = {
  add: (left, right) => left + right,
  multiply: (left, right) => left * right,
  greaterThan: (left, right) => left > right,
  greaterThanOrEqual: (left, right) => left >= right,
  lessThan: (left, right) => left < right,
  lessThanOrEqual: (left, right) => left <= right,
};
