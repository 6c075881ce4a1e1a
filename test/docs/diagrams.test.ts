import { describe, expect, it } from 'vitest';
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../src/core/training/training-run.ts';
import { blocks, found, read } from './markdown.ts';

interface Arrow {
  from: string;
  to: string;
  /** Functions of the store. */
  by: string[];
}

/** The state diagrams of ARCHITECTURE.md: of a training run, then of a deployment. */
const diagrams = blocks(read('ARCHITECTURE.md'), 'mermaid').filter((block) => block.startsWith('stateDiagram'));
const outside = '[*]';

const arrowsOf = (diagram: string): Arrow[] =>
  [...diagram.matchAll(/^ *(\S+) --> ([^\s:]+)(?:: (.+))?$/gm)].map(([, from = '', to = '', label = '']) => ({
    from,
    to,
    by: label.match(/[a-z]+[A-Z]\w+/g) ?? [],
  }));

const statesOf = (arrows: Arrow[]): string[] =>
  [...new Set(arrows.flatMap(({ from, to }) => [from, to]))].filter((state) => state !== outside).toSorted();

describe('the state diagrams of ARCHITECTURE.md', () => {
  const [run = [], deployment = []] = diagrams.map(arrowsOf);

  it('are two', () => {
    expect(diagrams).toHaveLength(2);
  });

  it('have the statuses of a training run, and of a deployment', () => {
    expect(statesOf(run)).toEqual(trainingRunStatuses.toSorted());
    expect(statesOf(deployment)).toEqual(deploymentStatuses.toSorted());
  });

  it('name only functions of the store', () => {
    const functions = new Set([...run, ...deployment].flatMap(({ by }) => by));
    const ports = ['src/ports/store.ts'].map(read).join('\n');
    expect(functions.size).toBeGreaterThan(8);
    expect([...functions].filter((name) => !found(ports, /^ {2}(\w+)\(/gm).includes(name))).toEqual([]);
  });
});
