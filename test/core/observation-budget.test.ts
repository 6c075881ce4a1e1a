import { describe, expect, it } from 'vitest';
import { fullBudget, type ObservationBudget, spendObservation } from '../../src/core/observation-budget.ts';

function spendAll(budget: ObservationBudget, now: number): { spent: number; budget: ObservationBudget } {
  let spent = 0;
  for (let left = spendObservation(budget, now); left !== null; left = spendObservation(budget, now)) {
    spent += 1;
    budget = left;
  }
  return { spent, budget };
}

describe('spendObservation', () => {
  it('allows 30 at once, then one a second, and never more than 30', () => {
    const first = spendAll(fullBudget(0), 0);
    expect(first.spent).toBe(30);
    const second = spendAll(first.budget, 2500);
    expect(second.spent).toBe(2);
    const third = spendAll(second.budget, 3_600_000);
    expect(third.spent).toBe(30);
  });

  it('gains and loses nothing while the clock is put back', () => {
    const { budget } = spendAll(fullBudget(100_000), 100_000);
    const before = spendAll(budget, 50_000);
    expect(before.spent).toBe(0);
    expect(spendObservation(fullBudget(100_000), 50_000)).toMatchObject({ left: 29, at: 50_000 });
  });
});
