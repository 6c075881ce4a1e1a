import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  metric: string;
  matchers: Matcher[];
}

/** What a query reads. @throws {Error} for one that is no PromQL. */
export function selectorsOf(query: string): Selector[] {
  const selectors: Selector[] = [];
  const text = ({ from, to }: { from: number; to: number }): string => query.slice(from, to);
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${query}`);
      if (node.name === 'VectorSelector') selectors.push({ metric: text(node), matchers: [] });
      const last = selectors.at(-1);
      if (last === undefined) return;
      if (node.name === 'Identifier') last.metric = text(node);
      if (node.name === 'UnquotedLabelMatcher') last.matchers.push(matcherOf(text(node)));
    },
  });
  return selectors;
}

function matcherOf(written: string): Matcher {
  const [, label, operator, value] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(written) ?? [];
  if (label === undefined || operator === undefined || value === undefined) throw new Error(`no matcher: ${written}`);
  return { label, operator, value };
}

/** Labels that a query groups, matches or joins by. */
export function groupingLabelsOf(query: string): string[] {
  const labels: string[] = [];
  parser.parse(query).iterate({
    enter(node) {
      if (node.name !== 'GroupingLabels') return;
      labels.push(...(query.slice(node.from, node.to).match(/\w+/g) ?? []));
    },
  });
  return labels;
}
