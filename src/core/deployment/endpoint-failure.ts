/** What SageMaker's words about an endpoint or a refused call mean. The texts are AWS's own, from the users' reports that are named. */
import type { RetryErrorKind } from '../decide-retry.ts';
import type { FailureKind } from '../failure-kind.ts';

/**
 * "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error" (aws/deep-learning-containers#6673),
 * "CapacityError: Unable to provision requested ML compute capacity" (DIAGNijmegen/rse-grand-challenge#2631).
 */
export const capacityText = /CapacityError|Insufficient\w*\s?Capacity|unable to provision requested ML compute capacity/i;

/** An internal error of SageMaker, which passes (aws-controllers-k8s/sagemaker-controller, `hooks.go` of Endpoint). */
const internalText = /^Request to service failed\b|^Internal (service |server )?error\b/i;

/** The cause of an endpoint's failure where the same request may succeed later; null where it will not. */
export function transientFailure(reason: string | null): 'capacity' | 'internal' | null {
  if (reason === null) return null;
  if (capacityText.test(reason)) return 'capacity';
  return internalText.test(reason) ? 'internal' : null;
}

/** The first match counts: a text about an image may also name permissions. */
const kinds: readonly (readonly [text: RegExp, kind: FailureKind])[] = [
  [capacityText, 'capacity'],
  [/ResourceLimitExceeded|account-level service limit|exceeds? .*(limit|quota)/i, 'quota'],
  [/\balarms?\b.*(ALARM|breach|trigger|rolled? ?back)|rolled? ?back.*\balarms?\b/i, 'alarm'],
  [/ping health check|health check/i, 'health_check'],
  // Images come before permissions: "make sure all images … exist, and that the execution role … has permissions to access them".
  [/\bimages?\b|\bECR\b|ecr:/i, 'image'],
  [/not authorized|access denied|AccessDenied|could not assume role|could not access model data/i, 'access_denied'],
  [/model data|model artifact|s3:\/\//i, 'artifact'],
  [/timed? ?out|time limit/i, 'timeout'],
];

/** The kind of an endpoint's FailureReason; `other` for an unknown text, or none. */
export const endpointFailureKind = (reason: string | null): FailureKind =>
  kinds.find(([text]) => reason !== null && text.test(reason))?.[1] ?? 'other';

/** The failure kind of a deployment that ends because SageMaker refused a call. */
export function refusalKind(error: RetryErrorKind, message: string): FailureKind {
  switch (error) {
    case 'quota':
      return 'quota';
    case 'access_denied':
    case 'unauthenticated':
      return 'access_denied';
    case 'throttled':
    case 'unavailable':
    case 'busy':
      return capacityText.test(message) ? 'capacity' : 'timeout';
    case 'invalid': {
      const kind = endpointFailureKind(message);
      return kind === 'artifact' || kind === 'image' ? kind : 'invalid';
    }
    case 'already_exists':
      return 'invalid';
    case 'not_found':
    case 'contradiction':
    case 'unknown':
      return 'other';
  }
}
