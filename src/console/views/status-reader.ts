import { errorMessage, SageMakerError, ServiceError } from '../../core/errors.ts';
import type { EndpointStatus } from '../../services/deployment/get-endpoint-status.ts';

/** What SageMaker said of an endpoint, and when that was read. */
export interface ReadStatus {
  /** In milliseconds since 1970 UTC. */
  at: number;
  status: EndpointStatus | null;
  /** Why there is no status. */
  problem: string | null;
}

/** How long one reading is good for all readers. */
export const statusForMs = 15_000;
/** Endpoints of which a reading is kept. */
const mostKept = 1_000;

/**
 * Reads the status of endpoints at SageMaker: at most once in `statusForMs` for each endpoint, however many readers there are and also when
 * SageMaker refuses. A failure of this service itself is thrown.
 */
export function createStatusReader({
  now,
  read,
}: {
  now: () => number;
  read: (endpointName: string) => Promise<EndpointStatus>;
}): (endpointName: string) => Promise<ReadStatus> {
  const kept = new Map<string, { at: number; reading: Promise<ReadStatus> }>();
  return (endpointName) => {
    const at = now();
    const before = kept.get(endpointName);
    if (before !== undefined && at - before.at < statusForMs && at >= before.at) return before.reading;
    const reading = read(endpointName).then(
      (status): ReadStatus => ({ at, status, problem: null }),
      (error: unknown): ReadStatus => {
        if (!(error instanceof SageMakerError || error instanceof ServiceError)) throw error;
        return { at, status: null, problem: errorMessage(error) };
      },
    );
    reading.catch(() => kept.delete(endpointName));
    kept.delete(endpointName);
    kept.set(endpointName, { at, reading });
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    return reading;
  };
}
