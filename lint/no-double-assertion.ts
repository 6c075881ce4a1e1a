import type { Context, Node, Rule } from './rule.ts';

interface Assertion extends Node {
  readonly expression: Node & { readonly typeAnnotation?: Node };
}

/** `x as unknown as T` makes the compiler believe anything. */
export const noDoubleAssertion: Rule = {
  create(context: Context) {
    return {
      TSAsExpression: (node: Assertion) => {
        if (node.expression.type !== 'TSAsExpression') return;
        if (node.expression.typeAnnotation?.type !== 'TSUnknownKeyword') return;
        context.report({
          node,
          message: 'Prove the type in place of `as unknown as`: parse it, narrow it, or correct the declaration.',
        });
      },
    };
  },
};
