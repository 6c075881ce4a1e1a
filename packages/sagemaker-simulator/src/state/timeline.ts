interface TimedPhase {
  startAt: number;
}

/** The phases that have begun; a timeline always begins with one that has. */
export const begun = <P extends TimedPhase>(timeline: P[], now: number): P[] => timeline.filter((phase) => phase.startAt <= now);

/**
 * The phase that holds now.
 * @throws when no phase has begun, which happens only when the clock is set back to before the resource's creation.
 */
export function currentPhase<P extends TimedPhase>(timeline: P[], now: number): P {
  const phase = timeline.findLast(({ startAt }) => startAt <= now) ?? timeline[0];
  if (!phase) throw new Error('an empty timeline');
  return phase;
}
