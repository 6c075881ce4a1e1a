/**
 * The place in a trace that a `traceparent` names, and whether its sender records the trace.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
interface TraceParent {
  /** 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

/** null for one that is none, which is to be ignored. */
function parse(traceparent: string | undefined): TraceParent | null {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(traceparent ?? '') ?? [];
  const isValid = version !== undefined && version !== 'ff' && !/^0+$/.test(traceId) && !/^0+$/.test(spanId);
  // A later version may append fields; 00 has none.
  if (!isValid || (version === '00' && more !== undefined)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The id of the trace; null for a `traceparent` that is none. */
export const traceIdOf = (traceparent: string | undefined): string | null => parse(traceparent)?.traceId ?? null;

/**
 * The span that a run's trace continues; null where there is none, or where its sender does not record it: the run's spans would be a trace
 * without a beginning.
 */
export function callerSpanOf(traceparent: string | null | undefined): { traceId: string; spanId: string } | null {
  const caller = parse(traceparent ?? undefined);
  return caller?.isSampled ? { traceId: caller.traceId, spanId: caller.spanId } : null;
}

/** A span as a `traceparent` of version 00. */
export const traceParentOf = ({ traceId, spanId }: { traceId: string; spanId: string }): string => `00-${traceId}-${spanId}-01`;
