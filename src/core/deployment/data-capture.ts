import { knownMembers } from '../shapes/known-members.ts';
import { isSameShape } from '../shapes/same-shape.ts';
import { own, type ShapeObject } from '../shapes/shapes.ts';

/**
 * Whether an update is to bring another data capture than the endpoint's configuration has. An update that keeps the properties of the
 * variants keeps the data capture, too, unless it says otherwise (docs/reference/sagemaker-behavior.md#variant-properties-are-kept-by-name).
 *
 * @param live As DescribeEndpointConfig shows it; null where it is not known.
 * @param wanted The request of CreateEndpointConfig; null where it is not known, of a deployment of the version before.
 */
export function changesDataCapture(live: ShapeObject | null, wanted: ShapeObject | null): boolean {
  if (wanted === null) return false;
  const before = live === null ? undefined : own(knownMembers('CreateEndpointConfig', live), 'DataCaptureConfig');
  return !isSameShape(before, own(wanted, 'DataCaptureConfig'));
}
