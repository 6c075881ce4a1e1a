import { describe, expect, it } from 'vitest';
import { checkDeliveryFile } from '../../../src/core/delivery/check-delivery-file.ts';
import { type DeliveryFile, emptyDelivery, policyFor } from '../../../src/core/delivery/delivery-file.ts';
import { deliveryInForce } from '../../../src/core/delivery/delivery-in-force.ts';
import { noPolicy, notifyEvents } from '../../../src/core/delivery/policy.ts';
import type { DeliveryContext } from '../../../src/core/delivery/policy-conflicts.ts';
import { contextOf } from './context.ts';

const faults = (value: unknown, context: Partial<DeliveryContext> = {}): string[] => {
  const checked = checkDeliveryFile(value, contextOf(context));
  return 'issues' in checked ? checked.issues.map(({ field, detail }) => `${field} ${detail}`.trim()) : [];
};

const fileOf = (value: unknown, context: Partial<DeliveryContext> = {}): DeliveryFile => {
  const checked = checkDeliveryFile(value, contextOf(context));
  if ('issues' in checked) throw new Error(faults(value, context).join('\n'));
  return checked.delivery;
};

/** Of a policy for all endpoints, without the path that all of its faults begin with. */
const policyFaults = (delivery: unknown, context: Partial<DeliveryContext> = {}): string[] =>
  faults({ defaults: { delivery } }, context).map((fault) => fault.replace(/^defaults\.delivery\.?/, ''));

const rule = { metric: 'm', at_least: 0.8 };
const longText = 'x'.repeat(256);

describe('checkDeliveryFile of a policy', () => {
  it.each<[string, unknown, string]>([
    ['an empty policy', null, ' must be an object: leave it out, or write {}, where it has nothing'],
    ['a list', [], ' must be an object'],
    ['a member that is none', { gatee: {} }, 'gatee is not a known member; did you mean gate?'],
    [
      'a member in the wrong place',
      { bake_seconds: 600 },
      'bake_seconds is not a known member; did you mean defaults.delivery.rollout.bake_seconds?',
    ],
    [
      'a member in camel case',
      { rollout: { bakeSeconds: 600 } },
      'rollout.bakeSeconds is not a known member; did you mean bake_seconds?',
    ],
    ['a value for a name', { gate: { 'secret value': 1 } }, 'gate has an unknown member, number 1 of it'],
    ['a gate without rules', { gate: { on_missing: 'ask' } }, 'gate.rules is required'],
    ['no rule', { gate: { rules: [] } }, 'gate.rules must have at least 1 entry'],
    ['rules that are none', { gate: { rules: rule } }, 'gate.rules must be an array'],
    ['a rule that is none', { gate: { rules: [null] } }, 'gate.rules[0] must be an object'],
    ['a rule without a metric', { gate: { rules: [{ at_least: 1 }] } }, 'gate.rules[0].metric is required'],
    [
      'a metric of several lines',
      { gate: { rules: [{ ...rule, metric: 'a\nb' }] } },
      'gate.rules[0].metric must be one line of text',
    ],
    [
      'a long metric',
      { gate: { rules: [{ ...rule, metric: longText }] } },
      'gate.rules[0].metric must be at most 255 characters long',
    ],
    [
      'a rule that says nothing',
      { gate: { rules: [{ metric: 'm' }] } },
      'gate.rules[0] must have one of at_least, at_most, better',
    ],
    [
      'a rule that says two things',
      { gate: { rules: [{ ...rule, better: 'higher' }] } },
      'gate.rules[0] must have one of at_least, at_most, better: write a rule for each',
    ],
    [
      'a number in quotes',
      { gate: { rules: [{ metric: 'm', at_least: '0.8' }] } },
      'gate.rules[0].at_least must be a number: write it without quotes',
    ],
    ['no number', { gate: { rules: [{ metric: 'm', at_least: NaN }] } }, 'gate.rules[0].at_least must be a number'],
    [
      'an improvement that is a loss',
      { gate: { rules: [{ metric: 'm', better: 'lower', improve_by: -1 }] } },
      'gate.rules[0].improve_by must be at least 0',
    ],
    [
      'an improvement over nothing',
      { gate: { rules: [{ ...rule, improve_by: 1 }] } },
      'gate.rules[0].improve_by belongs to better: at_least and at_most compare with nothing',
    ],
    [
      'a direction that is none',
      { gate: { rules: [{ metric: 'm', better: 'high' }] } },
      'gate.rules[0].better must be one of higher, lower',
    ],
    [
      'a rule that stands twice',
      { gate: { rules: [rule, { metric: 'm', at_least: 0.9 }] } },
      'gate.rules[1] says at_least of the same metric as gate.rules[0]',
    ],
    [
      'bounds that no metric meets',
      { gate: { rules: [rule, { metric: 'm', at_most: 0.7 }] } },
      'gate.rules[0].at_least is more than the at_most of gate.rules[1]: no model would pass',
    ],
    [
      'a choice that is none',
      { gate: { rules: [rule], on_missing: 'rejected' } },
      'gate.on_missing must be one of reject, ask, pass; did you mean reject?',
    ],
    [
      'an approval of what is unclear without a gate',
      { approval: { required: 'when_unclear' } },
      'approval.required cannot be when_unclear without a gate: nothing else is unclear',
    ],
    [
      'an approval of what is rejected',
      { gate: { rules: [rule], on_missing: 'reject' }, approval: { required: 'when_unclear' } },
      'approval.required cannot be when_unclear where gate.on_missing is reject: no approval would be requested; write ask there',
    ],
    ['an approval for no time', { approval: { expires_seconds: 0 } }, 'approval.expires_seconds must be at least 1'],
    ['an approval for years', { approval: { expires_seconds: 1e9 } }, 'approval.expires_seconds must be at most 31622400'],
    ['yes for true', { approval: { not_by_requester: 'yes' } }, 'approval.not_by_requester must be true or false'],
    [
      'another strategy',
      { rollout: { strategy: 'canry' } },
      'rollout.strategy must be one of all_at_once, canary, linear, rolling; did you mean canary?',
    ],
    [
      'a canary of most instances',
      { rollout: { strategy: 'canary', size_percent: 51 } },
      'rollout.size_percent must be at most 50',
    ],
    ['a canary of none', { rollout: { strategy: 'canary', size_percent: 0 } }, 'rollout.size_percent must be at least 1'],
    [
      'a small linear step',
      { rollout: { strategy: 'linear', size_percent: 9 } },
      'rollout.size_percent must be from 10 to 50 for linear',
    ],
    [
      'a small rolling batch',
      { rollout: { strategy: 'rolling', size_percent: 4 } },
      'rollout.size_percent must be from 5 to 50 for rolling',
    ],
    ['a long bake', { rollout: { bake_seconds: 3601 } }, 'rollout.bake_seconds must be at most 3600'],
    ['a negative bake', { rollout: { bake_seconds: -1 } }, 'rollout.bake_seconds must be at least 0'],
    ['half a second', { rollout: { bake_seconds: 0.5 } }, 'rollout.bake_seconds must be an integer'],
    [
      'a bake longer than the time limit of SageMaker',
      { rollout: { strategy: 'linear', size_percent: 10, bake_seconds: 3600 } },
      'rollout.bake_seconds comes to 39600 s of bakes in all, and SageMaker ends an update after 28800 s, of which 600 s are for the launch of instances; write a shorter bake or a larger size_percent',
    ],
    [
      'eleven alarms',
      { rollout: { bake_seconds: 600, alarms: Array.from({ length: 11 }, (_, index) => `a${index}`) } },
      'rollout.alarms must have at most 10 entries',
    ],
    [
      'eleven alarms with those of the guard',
      {
        rollout: {
          bake_seconds: 600,
          alarms: Array.from({ length: 9 }, (_, index) => `a${index}`),
          guard: { max_error_rate: 0.01, max_latency_ms: 500 },
        },
      },
      'rollout.alarms must have at most 8 entries: SageMaker takes 10 alarms, and guard has 2',
    ],
    ['an alarm twice', { rollout: { bake_seconds: 600, alarms: ['a', 'b', 'a'] } }, 'rollout.alarms[2] stands twice'],
    ['an alarm without a name', { rollout: { bake_seconds: 600, alarms: [''] } }, 'rollout.alarms[0] must not be empty'],
    [
      'a guard of nothing',
      { rollout: { bake_seconds: 600, guard: {} } },
      'rollout.guard must have max_error_rate, max_latency_ms or both',
    ],
    [
      'percent for a share',
      { rollout: { bake_seconds: 600, guard: { max_error_rate: 1 } } },
      'rollout.guard.max_error_rate must be below 1',
    ],
    [
      'a rate of 0',
      { rollout: { bake_seconds: 600, guard: { max_error_rate: 0 } } },
      'rollout.guard.max_error_rate must be above 0',
    ],
    [
      'no latency',
      { rollout: { bake_seconds: 600, guard: { max_latency_ms: 0 } } },
      'rollout.guard.max_latency_ms must be above 0',
    ],
    [
      'a guard without a bake',
      { rollout: { bake_seconds: 0, guard: { max_latency_ms: 500 } } },
      'rollout.bake_seconds must be above 0 with guard: alarms end a rollout only while it bakes',
    ],
    [
      'alarms without a bake',
      { rollout: { strategy: 'canary', bake_seconds: 0, alarms: ['a'] } },
      'rollout.bake_seconds must be above 0 with alarms: alarms end a rollout only while it bakes',
    ],
    ['a verification of nothing', { verify: { on_failure: 'report' } }, 'verify.requests is required'],
    ['a request without a body', { verify: { requests: [{}] } }, 'verify.requests[0].body is required'],
    [
      'a body that is no text',
      { verify: { requests: [{ body: { text: 'good' } }] } },
      'verify.requests[0].body must be a string',
    ],
    [
      'a body of more bytes than an endpoint takes',
      { verify: { requests: [{ body: '\u00fc'.repeat(3_145_729) }] } },
      'verify.requests[0].body must be at most 6291456 bytes long',
    ],
    [
      'a type of two lines',
      { verify: { requests: [{ body: '', content_type: 'a/b\r\nX: y' }] } },
      'verify.requests[0].content_type must be a media type such as application/json',
    ],
    [
      'an expectation of nothing',
      { verify: { requests: [{ body: '', expect: {} }] } },
      'verify.requests[0].expect must have one of contains, json_schema',
    ],
    [
      'two expectations',
      { verify: { requests: [{ body: '', expect: { contains: 'a', json_schema: {} } }] } },
      'verify.requests[0].expect must have one of contains, json_schema',
    ],
    [
      'an empty text',
      { verify: { requests: [{ body: '', expect: { contains: '' } }] } },
      'verify.requests[0].expect.contains must not be empty',
    ],
    ['a retention of nothing', { retention: { keep: 0 } }, 'retention.keep must be at least 1'],
    ['a retention for negative days', { retention: { min_days: -1 } }, 'retention.min_days must be at least 0'],
    ['a receiver without an address', { notify: [{}] }, 'notify[0].url is required'],
    ['no address', { notify: [{ url: 'secret' }] }, 'notify[0].url must be an address such as https://example.com/hook'],
    ['another protocol', { notify: [{ url: 'ftp://a.example' }] }, 'notify[0].url must begin with https://'],
    [
      'http',
      { notify: [{ url: 'http://a.example' }] },
      'notify[0].url must begin with https://; http is for loopback addresses, or for all where NOTIFY_PRIVATE_ADDRESSES is allow',
    ],
    ['a password', { notify: [{ url: 'https://user:secret@a.example' }] }, 'notify[0].url must hold no user and password'],
    [
      'an unknown event',
      { notify: [{ url: 'https://a.example', events: ['deploy'] }] },
      'notify[0].events[0] must be one of deployed, rolled_back, failed, rejected, approval_required',
    ],
    [
      'an event twice',
      { notify: [{ url: 'https://a.example', events: ['failed', 'failed'] }] },
      'notify[0].events[1] stands twice',
    ],
    ['no event', { notify: [{ url: 'https://a.example', events: [] }] }, 'notify[0].events must have at least 1 entry'],
    [
      'a secret in place of its name',
      { notify: [{ url: 'https://a.example', secret_env: 'whsec_se+cret' }] },
      'notify[0].secret_env must be the name of an environment variable',
    ],
  ])('refuses %s', (_, delivery, fault) => {
    expect(policyFaults(delivery)).toEqual([fault]);
  });

  it('takes what is at the bounds', () => {
    const at = (rollout: object): string[] => policyFaults({ rollout });
    expect(at({ strategy: 'canary', size_percent: 50, bake_seconds: 3600, alarms: ['a'] })).toEqual([]);
    expect(at({ strategy: 'canary', size_percent: 1 })).toEqual([]);
    expect(at({ strategy: 'linear', size_percent: 10, bake_seconds: 2563 })).toEqual([]);
    expect(at({ strategy: 'rolling', size_percent: 5, bake_seconds: 1410 })).toEqual([]);
    expect(at({ strategy: 'rolling', size_percent: 5, bake_seconds: 1411 })).toHaveLength(1);
    expect(at({ bake_seconds: 180, guard: { max_error_rate: 0.999 } })).toEqual([]);
    expect(policyFaults({ verify: { requests: [{ body: 'x'.repeat(6_291_456) }] } })).toEqual([]);
    expect(policyFaults({ gate: { rules: [rule, { metric: 'm', at_most: 0.8 }] } })).toEqual([]);
    expect(policyFaults({ retention: { keep: 1, min_days: 0 }, notify: [] })).toEqual([]);
  });

  it('takes http for loopback addresses, and for all where private ones are allowed', () => {
    for (const url of ['http://127.0.0.1:8080/hook', 'http://localhost/', 'http://[::1]:9/'])
      expect(policyFaults({ notify: [{ url }] })).toEqual([]);
    expect(policyFaults({ notify: [{ url: 'http://a.example' }] }, { privateAddresses: 'allow' })).toEqual([]);
  });

  it('refuses addresses that are not public, unless they are allowed', () => {
    const isPrivate = (host: string): boolean => ['10.0.0.1', 'fd00::1'].includes(host);
    const fault = 'notify[0].url must lead to a public address; others are for where NOTIFY_PRIVATE_ADDRESSES is allow';
    for (const url of ['https://10.0.0.1/hook', 'https://[fd00::1]/', 'http://0xa.1']) {
      expect(policyFaults({ notify: [{ url }] }, { isPrivate })).toEqual([fault]);
      expect(policyFaults({ notify: [{ url }] }, { isPrivate, privateAddresses: 'allow' })).toEqual([]);
    }
  });

  it('reports what is wrong with a JSON Schema by its path in the file', () => {
    const schemaIssues = () => [{ field: '.properties.label.type', detail: 'must be a type' }];
    const verify = { requests: [{ body: '', expect: { json_schema: { properties: { label: { type: 'texte' } } } } }] };
    expect(policyFaults({ verify }, { schemaIssues })).toEqual([
      'verify.requests[0].expect.json_schema.properties.label.type must be a type',
    ]);
  });

  it('refuses what an endpoint comes to with the defaults, there alone', () => {
    const defaults = { delivery: { rollout: { strategy: 'canary', size_percent: 5, bake_seconds: 3600 } } };
    expect(faults({ defaults, endpoints: { a: { delivery: { rollout: { strategy: 'linear' } } }, b: {} } })).toEqual([
      'endpoints.a.delivery.rollout.size_percent must be from 10 to 50 for linear (laid over the defaults)',
      'endpoints.a.delivery.rollout.bake_seconds comes to 75600 s of bakes in all, and SageMaker ends an update after 28800 s, of which 600 s are for the launch of instances; write a shorter bake or a larger size_percent (laid over the defaults)',
    ]);
    expect(faults({ defaults: { delivery: { gate: {} } }, endpoints: { a: { delivery: { gate: {} } } } })).toEqual([
      'defaults.delivery.gate.rules is required',
    ]);
  });

  it('lets an endpoint take parts of the defaults away', () => {
    const defaults = { delivery: { gate: { rules: [rule] }, approval: { required: 'when_unclear' } } };
    const endpoints = { a: { delivery: { gate: null, approval: null } } };
    expect(faults({ defaults, endpoints })).toEqual([]);
    expect(faults({ defaults, endpoints: { a: { delivery: { gate: null } } } })).toEqual([
      'endpoints.a.delivery.approval.required cannot be when_unclear without a gate: nothing else is unclear (laid over the defaults)',
    ]);
  });
});

describe('checkDeliveryFile of a policy and its fleet', () => {
  const canary = { rollout: { strategy: 'canary' } };
  const instances = (count: number) => ({ endpoint_config: { ProductionVariants: [{ InitialInstanceCount: count }] } });
  const serverless = {
    endpoint_config: { ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }] },
  };

  it.each(['canary', 'linear', 'rolling'])('refuses a %s rollout of one instance, and says where both stand', (strategy) => {
    const delivery = { rollout: { strategy } };
    expect(faults({ defaults: { delivery } }, { endpointInstanceCount: 1 })).toEqual([
      `defaults.delivery.rollout.strategy cannot be ${strategy}, which needs 2 instances: ENDPOINT_INSTANCE_COUNT says 1`,
    ]);
    expect(faults({ defaults: { ...instances(1), delivery } })).toEqual([
      `defaults.delivery.rollout.strategy cannot be ${strategy}, which needs 2 instances: defaults.endpoint_config.ProductionVariants[0].InitialInstanceCount says 1`,
    ]);
    expect(faults({ defaults: { delivery }, endpoints: { a: instances(1) } })).toEqual([
      `defaults.delivery.rollout.strategy cannot be ${strategy}, which needs 2 instances: endpoints.a.endpoint_config.ProductionVariants[0].InitialInstanceCount says 1`,
    ]);
    expect(faults({ defaults: { ...instances(4), delivery }, endpoints: { a: instances(1) } })).toEqual([
      `defaults.delivery.rollout.strategy cannot be ${strategy}, which needs 2 instances: endpoints.a.endpoint_config.ProductionVariants[0].InitialInstanceCount says 1`,
    ]);
    expect(faults({ defaults: instances(1), endpoints: { a: { delivery }, b: { ...instances(2), delivery } } })).toEqual([
      `endpoints.a.delivery.rollout.strategy cannot be ${strategy}, which needs 2 instances: defaults.endpoint_config.ProductionVariants[0].InitialInstanceCount says 1`,
    ]);
  });

  it('takes one instance all at once, and the counts of the layers above', () => {
    const one = { endpointInstanceCount: 1 };
    expect(faults({ defaults: { delivery: { rollout: { bake_seconds: 600 } } } }, one)).toEqual([]);
    expect(faults({ defaults: { ...instances(2), delivery: canary } }, one)).toEqual([]);
    expect(faults({ endpoints: { a: { ...instances(2), delivery: canary } } }, one)).toEqual([]);
    const taken = { ...instances(1), delivery: { rollout: { strategy: 'all_at_once' } } };
    expect(faults({ defaults: { ...instances(2), delivery: canary }, endpoints: { a: taken } }, one)).toEqual([]);
  });

  it("checks the defaults for the service's own endpoint where the file does not have it, in any case", () => {
    const defaults = { delivery: canary };
    const one = { endpointInstanceCount: 1, endpointName: 'Mine' };
    expect(faults({ defaults, endpoints: { mine: instances(2) } }, one)).toEqual([]);
    expect(faults({ defaults, endpoints: { other: instances(2) } }, one)).toHaveLength(1);
  });

  it('refuses but all at once for serverless endpoints', () => {
    expect(faults({ defaults: { ...serverless, delivery: canary } })).toEqual([
      'defaults.delivery.rollout.strategy cannot be canary for a serverless endpoint; write all_at_once',
    ]);
    expect(faults({ defaults: { ...serverless, delivery: { rollout: { bake_seconds: 60 } } } })).toEqual([]);
  });

  it('refuses bakes on Inf1 instances, which SageMaker updates without one', () => {
    const inf1 = { endpointInstanceType: 'ml.inf1.xlarge' };
    const fault = 'says: SageMaker updates them all at once, without a bake';
    expect(faults({ defaults: { delivery: canary } }, inf1)).toEqual([
      `defaults.delivery.rollout is not for ml.inf1 instances, which ENDPOINT_INSTANCE_TYPE ${fault}`,
    ]);
    const variant = { endpoint_config: { ProductionVariants: [{ InstanceType: 'ml.inf1.xlarge' }] } };
    expect(faults({ endpoints: { a: { ...variant, delivery: { rollout: { bake_seconds: 1 } } } } })).toEqual([
      `endpoints.a.delivery.rollout is not for ml.inf1 instances, which endpoints.a.endpoint_config.ProductionVariants[0].InstanceType ${fault}`,
    ]);
    expect(faults({ defaults: { delivery: { rollout: {} } } }, inf1)).toEqual([]);
  });

  it('refuses to verify an asynchronous endpoint', () => {
    const endpoint_config = { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://bucket/out' } } };
    expect(
      faults({ defaults: { delivery: { verify: { requests: [{ body: '' }] } } }, endpoints: { a: { endpoint_config } } }),
    ).toEqual([
      'defaults.delivery.verify excludes endpoint_config.AsyncInferenceConfig: an asynchronous endpoint takes no such requests',
    ]);
  });
});

describe('policyFor', () => {
  const everything = {
    gate: {
      rules: [
        { metric: 'validation:accuracy', at_least: 0.8 },
        { metric: 'validation:accuracy', better: 'higher', improve_by: 0.01 },
        { metric: 'loss', at_most: 2 },
        { metric: 'loss', better: 'lower' },
      ],
      on_missing: 'pass',
    },
    approval: { required: 'never', expires_seconds: 60, not_by_requester: true },
    rollout: {
      strategy: 'canary',
      size_percent: 20,
      bake_seconds: 300,
      alarms: ['mine'],
      guard: { max_error_rate: 0.01, max_latency_ms: 500 },
    },
    verify: {
      requests: [
        { body: 'a', content_type: 'text/csv', expect: { contains: 'b' } },
        { body: '{}', expect: { json_schema: { type: 'object', default: null } } },
      ],
      on_failure: 'report',
    },
    retention: { keep: 3, min_days: 0.5 },
    notify: [{ url: 'https://a.example/token', events: ['failed'], secret_env: 'HOOK_SECRET' }],
  };

  it('has nothing without a file or for an empty policy', () => {
    expect(policyFor(emptyDelivery, 'a')).toEqual(noPolicy);
    expect(policyFor(fileOf({ defaults: { delivery: {} } }), 'a')).toEqual(noPolicy);
  });

  it('reads each member', () => {
    expect(policyFor(fileOf({ defaults: { delivery: everything } }), 'a')).toEqual({
      gate: {
        rules: [
          { metric: 'validation:accuracy', atLeast: 0.8 },
          { metric: 'validation:accuracy', better: 'higher', improveBy: 0.01 },
          { metric: 'loss', atMost: 2 },
          { metric: 'loss', better: 'lower', improveBy: 0 },
        ],
        onMissing: 'pass',
      },
      approval: { required: 'never', expiresSeconds: 60, notByRequester: true },
      rollout: {
        strategy: 'canary',
        sizePercent: 20,
        bakeSeconds: 300,
        alarms: ['mine'],
        guard: { maxErrorRate: 0.01, maxLatencyMs: 500 },
      },
      verify: {
        requests: [
          { body: 'a', contentType: 'text/csv', expect: { contains: 'b' } },
          { body: '{}', contentType: 'application/json', expect: { jsonSchema: { type: 'object', default: null } } },
        ],
        onFailure: 'report',
      },
      retention: { keep: 3, minDays: 0.5 },
      notify: [{ url: 'https://a.example/token', events: ['failed'], secretEnv: 'HOOK_SECRET' }],
    });
  });

  it('has careful defaults', () => {
    const delivery = {
      gate: { rules: [rule] },
      approval: {},
      rollout: { strategy: 'linear' },
      verify: { requests: [{ body: '' }] },
      retention: {},
      notify: [{ url: 'https://a.example' }],
    };
    expect(policyFor(fileOf({ defaults: { delivery } }), 'a')).toEqual({
      gate: { rules: [{ metric: 'm', atLeast: 0.8 }], onMissing: 'reject' },
      approval: { required: 'always', expiresSeconds: 86_400, notByRequester: false },
      rollout: { strategy: 'linear', sizePercent: 10, bakeSeconds: 600, alarms: [], guard: null },
      verify: { requests: [{ body: '', contentType: 'application/json', expect: null }], onFailure: 'roll_back' },
      retention: { keep: 5, minDays: 7 },
      notify: [{ url: 'https://a.example', events: notifyEvents, secretEnv: null }],
    });
    expect(policyFor(fileOf({ defaults: { delivery: { rollout: {} } } }), 'a').rollout).toEqual({
      strategy: 'all_at_once',
      sizePercent: null,
      bakeSeconds: 0,
      alarms: [],
      guard: null,
    });
  });

  it('asks for what is unclear where an approval is for that, unless the gate says otherwise', () => {
    const gateOf = (gate: object) =>
      policyFor(
        fileOf({ defaults: { delivery: { gate: { rules: [rule], ...gate }, approval: { required: 'when_unclear' } } } }),
        'a',
      ).gate;
    expect(gateOf({})?.onMissing).toBe('ask');
    expect(gateOf({ on_missing: 'pass' })?.onMissing).toBe('pass');
  });

  it('lays the endpoint over the defaults: objects by member, lists as a whole, null takes away', () => {
    const own = {
      gate: { rules: [{ metric: 'f1', at_least: 0.5 }] },
      approval: null,
      rollout: { size_percent: 30, alarms: [], guard: { max_latency_ms: null } },
      verify: { on_failure: null },
      notify: null,
    };
    const file = fileOf({ defaults: { delivery: everything }, endpoints: { 'My-Endpoint': { delivery: own }, other: {} } });
    const base = policyFor(file, 'other');
    expect(base).toEqual(policyFor(file, 'unknown'));
    expect(policyFor(file, 'my-ENDPOINT')).toEqual({
      ...base,
      gate: { rules: [{ metric: 'f1', atLeast: 0.5 }], onMissing: 'pass' },
      approval: null,
      rollout: { ...base.rollout, sizePercent: 30, alarms: [], guard: { maxErrorRate: 0.01, maxLatencyMs: null } },
      verify: { ...base.verify, onFailure: 'roll_back' },
      notify: [],
    });
  });

  it('is JSON: a deployment keeps it', () => {
    const policy = policyFor(fileOf({ defaults: { delivery: everything } }), 'a');
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });

  it('is shown as it is in force, as a file that comes to the same, without what may be secret', () => {
    const file = fileOf({
      defaults: { delivery: everything },
      endpoints: { a: { delivery: { rollout: { strategy: 'all_at_once' } } } },
    });
    const shown = deliveryInForce(file);
    expect(JSON.stringify(shown)).not.toContain('token');
    expect(shown.defaults['delivery']).toMatchObject({
      gate: { rules: { 3: { metric: 'loss', better: 'lower', improve_by: 0 } }, on_missing: 'pass' },
      notify: [{ url: 'https://a.example/***', secret_env: 'HOOK_SECRET' }],
    });
    expect(shown.endpoints['a']?.['delivery']).toMatchObject({ rollout: { strategy: 'all_at_once', bake_seconds: 300 } });
    const reread = fileOf({ defaults: { delivery: shown.defaults['delivery'] } });
    expect({ ...policyFor(reread, 'b'), notify: [] }).toEqual({ ...policyFor(file, 'b'), notify: [] });
  });
});
