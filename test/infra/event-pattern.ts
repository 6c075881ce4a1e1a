const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether EventBridge would match an event: every field of the pattern has to be in the event with one of the pattern's values.
 * Exact values, `prefix` and `equals-ignore-case`; any other operator throws.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: Record<string, unknown>, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const actual = isObject(event) ? event[field] : undefined;
    if (isObject(wanted)) return matches(wanted, actual);
    if (!Array.isArray(wanted)) throw new Error(`${field}: a pattern's leaves are lists`);
    const values: unknown[] = Array.isArray(actual) ? actual : [actual];
    return wanted.some((one: unknown) => values.some((value) => matchesOne(one, value)));
  });
}

function matchesOne(wanted: unknown, value: unknown): boolean {
  if (!isObject(wanted)) return wanted === value;
  const [operator, operand, ...more] = Object.entries(wanted).flat();
  if (typeof operand !== 'string' || more.length > 0) throw new Error('one operator with a text');
  if (operator !== 'prefix' && operator !== 'equals-ignore-case') throw new Error(`not evaluated here: ${String(operator)}`);
  if (typeof value !== 'string') return false;
  return operator === 'prefix' ? value.startsWith(operand) : value.toLowerCase() === operand.toLowerCase();
}
