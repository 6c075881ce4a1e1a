/** Which status may follow which. */
export type Transitions<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

/** The statuses that `to` may follow. */
export const statusesBefore = <Status extends string>(transitions: Transitions<Status>, to: Status): Status[] =>
  (Object.keys(transitions) as Status[]).filter((from) => transitions[from].includes(to));

/** All pairs of a status and one that may follow it. */
export const transitionPairs = <Status extends string>(transitions: Transitions<Status>): [from: Status, to: Status][] =>
  (Object.keys(transitions) as Status[]).flatMap((from) => transitions[from].map((to): [Status, Status] => [from, to]));

/** A defect, not a race: the store was about to record a change that no table allows. */
export function assertTransition<Status extends string>(transitions: Transitions<Status>, from: Status | null, to: Status): void {
  if (from === null || from === to || transitions[from].includes(to)) return;
  throw new Error(`The status ${to} may not follow ${from}.`);
}
