import { maxNotifyUrlLength } from './notify-url.ts';
import type { ObjectShape, PolicyShape, TextShape } from './policy-member.ts';
import { approvalChoices, notifyEvents, onFailureChoices, onMissingChoices, rolloutStrategies } from './policy.ts';
import { rolloutLimits } from './rollout-timing.ts';

const secondsADay = 86_400;
/** docs/reference/sagemaker-behavior.md#a-models-error-is-a-424 */
export const maxBodyBytes = 6_291_456;
/** More requests would delay each deployment: a request may take a minute, and is tried 3 times. */
const maxVerifyRequests = 20;

const name: TextShape = { type: 'text', min: 1, max: 255, pattern: /^\P{Cc}+$/u, must: 'must be one line of text' };

const rule: PolicyShape = {
  type: 'object',
  members: {
    metric: { ...name, about: 'Its name in FinalMetricDataList' },
    at_least: { type: 'number', about: 'The metric must be this or more' },
    at_most: { type: 'number', about: 'The metric must be this or less' },
    better: { type: 'choice', values: ['higher', 'lower'], about: 'Compares with what serves when its turn comes' },
    improve_by: {
      type: 'number',
      min: 0,
      about: 'By how much what serves has to be exceeded; with 0 (the default) equal passes',
    },
  },
  required: ['metric'],
};

const gate: PolicyShape = {
  type: 'object',
  about: 'Judges the metrics of a training before it is deployed',
  members: {
    rules: { type: 'list', of: rule, min: 1, max: 50, about: 'All have to pass' },
    on_missing: {
      type: 'choice',
      values: onMissingChoices,
      about: 'For a metric that is not there or is no number: reject, or ask with an approval that is required when_unclear',
    },
  },
};

const approval: PolicyShape = {
  type: 'object',
  about: 'A person decides before a deployment',
  members: {
    required: { type: 'choice', values: approvalChoices, about: 'always by default; when_unclear is for a gate' },
    expires_seconds: {
      type: 'integer',
      min: 1,
      max: 366 * secondsADay,
      about: 'After it the deployment is rejected; a day by default',
    },
    not_by_requester: { type: 'flag', about: 'true: not by the key that requested the training or the deployment' },
  },
};

const rollout: PolicyShape = {
  type: 'object',
  about: 'How the traffic moves to the new model',
  members: {
    strategy: { type: 'choice', values: rolloutStrategies, about: 'all_at_once by default' },
    size_percent: {
      type: 'integer',
      min: 1,
      max: 50,
      about: 'Of the instances: the canary (at most 50), the linear step (10 to 50), the rolling batch (5 to 50); 10 by default',
    },
    bake_seconds: {
      type: 'integer',
      min: 0,
      max: rolloutLimits.maxWaitSeconds,
      about: 'How long alarms are watched after each shift; 600 by default, and 0 for all_at_once without alarms and guard',
    },
    alarms: {
      type: 'list',
      of: { ...name, max: rolloutLimits.maxAlarmName },
      min: 0,
      max: rolloutLimits.maxAlarms,
      about: 'Names of CloudWatch alarms that end the rollout',
    },
    guard: {
      type: 'object',
      about: 'Alarms on the new fleet that the service makes for the rollout',
      members: {
        max_error_rate: { type: 'number', above: 0, below: 1, about: 'The share of requests that may fail: 0.01 is one percent' },
        max_latency_ms: { type: 'number', above: 0, max: 3_600_000, about: 'The average time that the model may take' },
      },
    },
  },
};

const request: PolicyShape = {
  type: 'object',
  members: {
    body: { type: 'text', min: 0, max: maxBodyBytes },
    content_type: {
      type: 'text',
      min: 1,
      max: 1024,
      pattern: /^[!-~]([ -~]*[!-~])?$/,
      must: 'must be a media type such as application/json',
      about: 'application/json by default',
    },
    expect: {
      type: 'object',
      about: 'What the response has to be; without it any response of the model will do',
      members: {
        contains: { type: 'text', min: 1, max: 65_536, about: 'A text in it' },
        json_schema: { type: 'json', about: 'A JSON Schema that it matches: of 2020-12, or of draft-07 where $schema says so' },
      },
    },
  },
  required: ['body'],
};

const verify: PolicyShape = {
  type: 'object',
  about: 'Requests that the live endpoint has to respond to',
  members: {
    requests: { type: 'list', of: request, min: 1, max: maxVerifyRequests },
    on_failure: { type: 'choice', values: onFailureChoices, about: 'roll_back by default' },
  },
};

const retention: PolicyShape = {
  type: 'object',
  about: 'Deletes models and endpoint configurations that are no longer needed, and never artifacts',
  members: {
    keep: { type: 'integer', min: 1, max: 10_000, about: 'How many stay, with the live one; 5 by default' },
    min_days: { type: 'number', min: 0, max: 36_500, about: 'How long each stays at least; 7 by default' },
  },
};

const notification: PolicyShape = {
  type: 'object',
  members: {
    url: { type: 'text', min: 1, max: maxNotifyUrlLength },
    events: {
      type: 'list',
      of: { type: 'choice', values: notifyEvents },
      min: 1,
      max: notifyEvents.length,
      about: 'All by default',
    },
    secret_env: {
      type: 'text',
      min: 1,
      max: 128,
      pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
      must: 'must be the name of an environment variable',
      about: 'The environment variable that holds the secret for the signature, whsec_…',
    },
  },
  required: ['url'],
};

/** The `delivery` part of the defaults and of each endpoint. */
export const policyShape: ObjectShape = {
  type: 'object',
  members: {
    gate,
    approval,
    rollout,
    verify,
    retention,
    notify: { type: 'list', of: notification, min: 0, max: 10, about: 'Who is notified, by POST' },
  },
};
