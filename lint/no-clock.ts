import type { Context, Node, Rule } from './rule.ts';

interface Call extends Node {
  readonly callee: Node & { readonly name?: string };
  readonly arguments: readonly Node[];
}

/** `new Date()` and `Date()` read the clock; `new Date(now)` does not. */
export const noClock: Rule = {
  create(context: Context) {
    const report = (node: Node): void =>
      context.report({ node, message: 'This reads the clock. Take the instant as an argument: `new Date(now)`.' });
    const isDate = (node: Call): boolean => node.callee.type === 'Identifier' && node.callee.name === 'Date';
    return {
      NewExpression: (node: Call) => {
        if (isDate(node) && node.arguments.length === 0) report(node);
      },
      CallExpression: (node: Call) => {
        if (isDate(node)) report(node);
      },
    };
  },
};
