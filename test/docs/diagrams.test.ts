import { describe, expect, it } from 'vitest';
import { deploymentTransitions } from '../../src/core/deployment/transitions.ts';
import { trainingRunTransitions } from '../../src/core/training/transitions.ts';
import { transitionPairs } from '../../src/core/transitions.ts';
import { blocks, found, read } from './markdown.ts';

interface Arrow {
  from: string;
  to: string;
  /** Methods of the store, like `runs.finish`. */
  by: string[];
}

const outside = '[*]';

/** The state diagrams of ARCHITECTURE.md: of a training run, then of a deployment. */
const diagrams = blocks(read('ARCHITECTURE.md'), 'mermaid')
  .filter((block) => block.startsWith('stateDiagram'))
  .map((diagram) =>
    [...diagram.matchAll(/^ *(\S+) --> ([^\s:]+)(?:: (.+))?$/gm)].map(([, from = '', to = '', label = '']): Arrow => ({
      from,
      to,
      by: label.match(/\w+\.\w+/g) ?? [],
    })),
  );

const between = (arrows: Arrow[]): string[] =>
  arrows
    .filter(({ from, to }) => from !== outside && to !== outside)
    .map(({ from, to }) => `${from} → ${to}`)
    .toSorted();

describe('the state diagrams of ARCHITECTURE.md', () => {
  const [run = [], deployment = []] = diagrams;

  it('have every transition of a training run, and no other', () => {
    expect(between(run)).toEqual(
      transitionPairs(trainingRunTransitions)
        .map((pair) => pair.join(' → '))
        .toSorted(),
    );
  });

  it('have every transition of a deployment, and no other', () => {
    expect(between(deployment)).toEqual(
      transitionPairs(deploymentTransitions)
        .map((pair) => pair.join(' → '))
        .toSorted(),
    );
  });

  it('begin where a row is recorded', () => {
    const first = (arrows: Arrow[]) => arrows.filter(({ from }) => from === outside).map(({ to }) => to);
    expect(first(run)).toEqual(['requested', 'training']);
    expect(first(deployment)).toEqual(['queued']);
  });

  it('name a method of the store on every arrow between statuses', () => {
    const port = ['store', 'run-store', 'deployment-store', 'delivery-store']
      .map((name) => read(`src/ports/${name}.ts`))
      .join('\n');
    const methodsOf = (name: string): string[] => {
      const [type = ''] = found(port, new RegExp(`^  ${name}: (\\w+);`, 'gm'));
      return found(interfaceOf(port, type), /^ {2}(\w+)\(/gm);
    };
    const unknown = [...run, ...deployment]
      .flatMap(({ by }) => by)
      .filter((method) => {
        const [store = '', name = ''] = method.split('.');
        return !methodsOf(store).includes(name);
      });
    expect(unknown).toEqual([]);
    const unnamed = [...run, ...deployment].filter(({ to, by }) => to !== outside && by.length === 0);
    expect(unnamed).toEqual([]);
  });
});

const interfaceOf = (source: string, type: string): string =>
  new RegExp(`^export interface ${type} \\{\\n[\\s\\S]*?^\\}`, 'm').exec(source)?.[0] ?? '';
