import { AwsError } from '../aws-error.ts';
import type { AlarmState } from '../state/alarm-records.ts';

const states: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies AlarmState[];

/** What a composite alarm is made of: `ALARM("one") AND NOT (OK(two) OR FALSE)`. */
export interface AlarmRule {
  children: string[];
  isTrue: (stateOf: (name: string) => AlarmState | null) => boolean;
}

type Term = AlarmRule['isTrue'];

/** @throws {AwsError} ValidationError for what is no rule; the wording is made up. */
export function readRule(text: string): AlarmRule {
  const tokens = text.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  const children: string[] = [];
  let at = 0;
  const invalid = (): Error => new AwsError('ValidationError', `Invalid AlarmRule: unexpected ${tokens[at] ?? 'end'}.`);
  const take = (token: string): boolean => {
    const isNext = tokens[at]?.toUpperCase() === token;
    if (isNext) at += 1;
    return isNext;
  };
  const list = (separator: string, inner: () => Term, combine: (terms: Term[]) => Term): Term => {
    const terms = [inner()];
    while (take(separator)) terms.push(inner());
    return combine(terms);
  };
  const or = (): Term => list('OR', and, (terms) => (stateOf) => terms.some((term) => term(stateOf)));
  const and = (): Term => list('AND', not, (terms) => (stateOf) => terms.every((term) => term(stateOf)));
  const not = (): Term => {
    if (!take('NOT')) return atom();
    const term = not();
    return (stateOf) => !term(stateOf);
  };
  const atom = (): Term => {
    if (take('(')) {
      const term = or();
      if (!take(')')) throw invalid();
      return term;
    }
    if (take('TRUE')) return () => true;
    if (take('FALSE')) return () => false;
    const state = tokens[at]?.toUpperCase() ?? '';
    if (!states.includes(state) || tokens[at + 1] !== '(' || tokens[at + 3] !== ')') throw invalid();
    const name = (tokens[at + 2] ?? '').replaceAll('"', '').replace(/^arn:.*:alarm:/, '');
    at += 4;
    children.push(name);
    return (stateOf) => stateOf(name) === state;
  };
  const isTrue = or();
  if (at < tokens.length) throw invalid();
  return { children, isTrue };
}
