import { waitAtMost } from '../async/with-timeout.ts';
import { readinessTiming } from '../core/timing.ts';
import { credentialsProblem } from '../core/sagemaker/credentials-problem.ts';
import type { Credentials } from './credentials.ts';
import { sagemakerError } from './to-sagemaker-error.ts';

/** How long after a response or a request the check calls SageMaker again. */
const probeEveryMs = 10_000;

export interface CredentialsCheckOptions {
  credentials: Credentials;
  /** A cheap call. */
  probe: () => Promise<unknown>;
  /** As the credentials' own. */
  uptimeMs: () => number;
}

/**
 * A check that throws, with the reason, while the service's own AWS credentials can't be found, or were refused at the last call.
 * SageMaker is asked only as long as it has said nothing yet, or has refused them: so a check turns good by itself, and costs nothing
 * while all is well. An unavailable SageMaker says nothing about them.
 */
export function createCredentialsCheck({ credentials, probe, uptimeMs }: CredentialsCheckOptions): () => Promise<void> {
  let requestedAt = -Infinity;
  const isDue = (): boolean => uptimeMs() - Math.max(requestedAt, credentials.respondedAt ?? -Infinity) >= probeEveryMs;
  const ask = async (): Promise<void> => {
    requestedAt = uptimeMs();
    // The credentials have recorded the response, whatever it was.
    await probe().catch(() => undefined);
  };
  return async () => {
    if (credentials.problem === null) await findCredentials(credentials);
    if (credentials.respondedAt === null && isDue()) await waitAtMost(readinessTiming.firstCredentialsMs, ask());
    else if (credentials.problem !== null && isDue()) void ask();
    if (credentials.problem !== null) throw new Error(credentialsProblem(credentials.problem.code));
  };
}

/** Records in `credentials` whether there are any, without a call to SageMaker; the SDK mostly has them. Never fails. */
export async function findCredentials(credentials: Credentials): Promise<void> {
  try {
    await credentials.get();
  } catch (error) {
    const failure = { error, sent: false, status: null, isUnauthenticated: true };
    credentials.responded(sagemakerError('finding credentials', failure, 'none'));
  }
}
