import { describe, expect, it } from 'vitest';
import { changesEndpoint, stepAfter, stepOrder } from '../../src/core/deployment/steps.ts';

describe('stepAfter', () => {
  it('leads through all steps in their order', () => {
    const [first, ...others] = stepOrder;
    expect([first, ...stepOrder.slice(0, -1).map(stepAfter)]).toEqual([first, ...others]);
  });

  it('throws for the last step, which ends the deployment', () => {
    expect(() => stepAfter('revert')).toThrow('no step follows revert');
  });
});

it('changesEndpoint is true for the steps after the endpoint configuration', () => {
  expect(stepOrder.filter(changesEndpoint)).toEqual(['endpoint', 'in_service', 'verify', 'revert']);
});
