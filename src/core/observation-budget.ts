/**
 * How many events of unknown trainings one process investigates: each may cost calls to SageMaker, and a caller that may send events can make
 * up names. A token bucket for all names together.
 */
export interface ObservationBudget {
  left: number;
  at: number;
}

const atOnce = 30;
const perSecond = 1;

export const fullBudget = (now: number): ObservationBudget => ({ left: atOnce, at: now });

/** Returns the budget less one observation; null where none is left. A clock that was put back adds nothing and takes nothing. */
export function spendObservation({ left, at }: ObservationBudget, now: number): ObservationBudget | null {
  const refilled = Math.min(atOnce, left + (Math.max(0, now - at) / 1000) * perSecond);
  return refilled < 1 ? null : { left: refilled - 1, at: now };
}
