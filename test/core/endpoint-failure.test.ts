import { describe, expect, it, test } from 'vitest';
import { endpointFailureKind, transientFailure, refusalKind } from '../../src/core/deployment/endpoint-failure.ts';
import { missingResource } from '../../src/core/sagemaker/missing-resource.ts';

test.each([
  [
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.',
    'capacity',
    'capacity',
  ],
  [
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    'capacity',
    'capacity',
  ],
  ['Request to service failed. If failure persists after retry, contact customer support.', 'other', 'internal'],
  [
    'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    'health_check',
    null,
  ],
  [
    'Failed to download model data for container "container_1" from URL: "s3://b/m.tar.gz". Please ensure that there is an object located at the URL.',
    'artifact',
    null,
  ],
  [
    'The image "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1" for production variant AllTraffic does not exist.',
    'image',
    null,
  ],
  [
    'Please make sure all images included in the model for the production variant AllTraffic exist, and that the execution role used to create the model has permissions to access them.',
    'image',
    null,
  ],
  ["The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances", 'quota', null],
  ['SageMaker gave no reason', 'other', null],
] as const)('%s', (reason, kind, transient) => {
  expect([endpointFailureKind(reason), transientFailure(reason)]).toEqual([kind, transient]);
});

test('refusalKind returns the failure kind of a refused call', () => {
  expect(refusalKind('quota', '')).toBe('quota');
  expect(refusalKind('access_denied', '')).toBe('access_denied');
  expect(refusalKind('unavailable', 'InsufficientInstanceCapacity')).toBe('capacity');
  expect(refusalKind('unavailable', 'Service unavailable')).toBe('timeout');
  expect(refusalKind('invalid', 'Could not find model data at s3://models/out/model.tar.gz.')).toBe('artifact');
  expect(refusalKind('invalid', "1 validation error detected: Value 'x_y' at 'modelName' failed")).toBe('invalid');
});

describe('missingResource', () => {
  const own = { modelName: 'Own-model', endpointConfigName: 'own-config' };
  const arn = (resource: string): string => `"arn:aws:sagemaker:us-east-1:123456789012:${resource}".`;
  const missing = (resource: 'model' | 'endpoint_config', message: string, kind = 'not_found' as const) =>
    missingResource({ kind, resource, message }, own, 'live-config');

  it.each([
    ['model', `Could not find model ${arn('model/own-model')}`, { what: 'model', whose: 'own' }],
    ['model', `Could not find model ${arn('model/live-model')}`, { what: 'model', whose: 'live', name: 'live-model' }],
    ['model', 'Could not find model', { what: 'model', whose: 'own' }],
    [
      'endpoint_config',
      `Could not find endpoint configuration ${arn('endpoint-config/own-config')}`,
      { what: 'endpoint_config', whose: 'own' },
    ],
    [
      'endpoint_config',
      `Could not find endpoint configuration ${arn('endpoint-config/live-config')}`,
      { what: 'endpoint_config', whose: 'live', name: 'live-config' },
    ],
    [
      'endpoint_config',
      'Could not find endpoint configuration "Live-Config".',
      { what: 'endpoint_config', whose: 'live', name: 'live-config' },
    ],
    ['endpoint_config', 'Could not find endpoint configuration.', { what: 'endpoint_config', whose: 'own' }],
  ] as const)('%s: %s', (resource, message, expected) => {
    expect(missing(resource, message)).toEqual(expected);
  });

  it('returns null for every other error', () => {
    expect(missingResource({ kind: 'invalid', resource: 'model', message: '' }, own, null)).toBeNull();
    expect(missingResource({ kind: 'not_found', resource: 'endpoint', message: '' }, own, null)).toBeNull();
  });
});
