/**
 * What SageMaker's words about an endpoint or a refused call mean. The texts are AWS's own, as users have reported them; sources stand
 * beside each.
 */
import type { SageMakerErrorKind } from '../errors.ts';
import type { FailureKind } from '../failure-kind.ts';

/**
 * "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error" (aws/deep-learning-containers#6673),
 * "CapacityError: Unable to provision requested ML compute capacity" (DIAGNijmegen/rse-grand-challenge#2631).
 */
export const capacityText = /CapacityError|Insufficient\w*\s?Capacity|unable to provision requested ML compute capacity/i;

/** SageMaker's own fault, which passes (aws-controllers-k8s/sagemaker-controller, `hooks.go` of Endpoint). */
const internalText = /^Request to service failed\b|^Internal (service |server )?error\b/i;

/** Why an endpoint did not come up, where the same request may succeed later; null where it will not. */
export function passingFailure(reason: string | null): 'capacity' | 'internal' | null {
  if (reason === null) return null;
  if (capacityText.test(reason)) return 'capacity';
  return internalText.test(reason) ? 'internal' : null;
}

/** In this order: a text about an image may also speak of permissions, and so on. */
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

/** The kind of an endpoint's FailureReason; `other` for words that nobody has seen before, or none. */
export const endpointFailureKind = (reason: string | null): FailureKind =>
  kinds.find(([text]) => reason !== null && text.test(reason))?.[1] ?? 'other';

/** The kind of a deployment that ends on account of a call that SageMaker refused. */
export function refusalKind(error: SageMakerErrorKind, message: string): FailureKind {
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
    case 'unknown':
      return 'other';
  }
}
