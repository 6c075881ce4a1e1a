/**
 * The id of the trace that a `traceparent` names; null for one that is none.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceIdOf(traceparent: string | undefined): string | null {
  const [, version, traceId, parentId] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-.*)?$/.exec(traceparent ?? '') ?? [];
  const isValid = version !== undefined && version !== 'ff' && !/^0+$/.test(traceId ?? '0') && !/^0+$/.test(parentId ?? '0');
  return isValid ? (traceId ?? null) : null;
}
