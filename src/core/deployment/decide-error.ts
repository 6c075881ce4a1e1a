/** What a failed call to SageMaker means to its deployment: a retry, or the end. */
import { decideRetry, type RetryErrorKind } from '../decide-retry.ts';
import type { Deployment, DeploymentOutcome, DeploymentProgress } from './deployment.ts';
import { withAdvice } from '../sagemaker/missing-permission.ts';
import { refusalKind } from './endpoint-failure.ts';
import { failure } from './outcomes.ts';
import { type Deadline, outOfTime } from './time-limit.ts';
import { waitingFor } from './waits.ts';

export interface FailedCall {
  kind: RetryErrorKind;
  operation: string;
  /** SageMaker's own words. */
  message: string;
}

export type ErrorDecision =
  /** `progress`: what is recorded of it, with `detail` in the history where that is not empty. */
  | { kind: 'retry'; reason: string; failingSince: number; progress: DeploymentProgress; detail: string }
  /** The time limit is exceeded by one observation: a second one has to agree. */
  | { kind: 'confirm_limit'; reason: string }
  | { kind: 'finish'; outcome: DeploymentOutcome };

/** The time limit holds for errors as for everything else. */
export function decideError(deployment: Deployment, call: FailedCall, deadline: Deadline, now: number): ErrorDecision {
  const { kind, operation, message } = call;
  const reason = `${operation}: ${kind === 'access_denied' ? withAdvice(message) : message}`;
  if (deadline === 'over') return { kind: 'finish', outcome: outOfTime(deployment, reason) };
  if (deadline === 'confirm') return { kind: 'confirm_limit', reason };
  const isSame = deployment.lastErrorKind === kind;
  const failingSince = (isSame ? deployment.failingSince : null) ?? now;
  const decision = decideRetry(kind, message, now - failingSince);
  if (decision.kind === 'fail') {
    const words = kind === 'access_denied' ? withAdvice(decision.failureReason) : decision.failureReason;
    const failureReason = `${operation}: ${words}`;
    return { kind: 'finish', outcome: failure(deployment, failureReason, refusalKind(kind, message)) };
  }
  const progress: DeploymentProgress = {
    ...(isSame ? {} : { lastErrorKind: kind, failingSince }),
    ...waitingFor(deployment, 'sagemaker', reason, now),
  };
  return { kind: 'retry', reason, failingSince, progress, detail: `${operation} is retried: ${decision.why}` };
}
