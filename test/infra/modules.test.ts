import { join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { maxProjectNameLength } from '../../src/core/sagemaker/names.ts';
import { variables as handlerVariables } from '../../src/lambda/settings.ts';
import { type Block, loadModule, type Module, modules, ofType, referencesIn } from './terraform.ts';

/** Names that Terraform itself gives a meaning. */
const builtIn = /^(each\.(key|value)|self|path\.module|count\.index)\b/;

const ours = modules.filter((name) => name.startsWith('modules/'));

/** Whether what is referred to exists; for an output of a called module, there. */
async function resolves(reference: string, module: Module, name: string): Promise<boolean> {
  const [kind = '', first = '', second = ''] = reference.split('.');
  if (kind === 'var') return first in module.variables;
  if (kind === 'local') return first in module.locals;
  if (kind === 'data' || kind === 'ephemeral') return `${kind}.${first}.${second}` in module.resources;
  if (kind !== 'module') return `${kind}.${first}` in module.resources;
  const source = module.calls[first]?.['source'];
  return typeof source === 'string' && second in (await loadModule(join(name, source))).outputs;
}

/** All expressions of a module, but for the types of variables, which are no references. */
const expressionsOf = ({ variables, ...rest }: Module): unknown => [
  rest,
  Object.values(variables).map((variable) => ({ ...variable, type: null })),
];

describe.each(modules)('%s', (name) => {
  it('refers to nothing that does not exist, and declares nothing in vain', async () => {
    const module = await loadModule(name);
    const references = (await referencesIn(expressionsOf(module))).filter((reference) => !builtIn.test(reference));
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) expect(await resolves(reference, module, name), reference).toBe(true);

    // A variable that only its own validation looks at does nothing.
    const usedIn = async (value: unknown): Promise<Set<string>> =>
      new Set((await referencesIn(value)).map((reference) => reference.split('.').slice(0, 2).join('.')));
    const variables = await usedIn({ ...module, variables: {} });
    expect(Object.keys(module.variables).filter((one) => !variables.has(`var.${one}`))).toEqual([]);
    const locals = await usedIn(expressionsOf(module));
    expect(Object.keys(module.locals).filter((one) => !locals.has(`local.${one}`))).toEqual([]);
  });

  it('gives the modules that it calls what they need, and nothing else', async () => {
    const { calls } = await loadModule(name);
    for (const { source, ...inputs } of Object.values(calls)) {
      const { variables } = await loadModule(join(name, String(source)));
      const required = Object.entries(variables).filter(([, variable]) => !('default' in variable));
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(Object.keys(inputs)));
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required.map(([one]) => one)));
    }
  });

  it('describes its inputs and outputs, and pins its versions', async () => {
    const { variables, outputs, terraform, resources } = await loadModule(name);
    for (const [one, { description, type }] of Object.entries(variables)) {
      expect(description, one).toMatch(/\S/);
      expect(type, one).toBeDefined();
    }
    for (const [one, { description }] of Object.entries(outputs)) expect(description, one).toMatch(/\S/);
    expect(terraform['required_version']).toMatch(/^>= 1\.(9|11)\.0, < 2\.0\.0$/);
    const [providers] = terraform['required_providers'] as Record<string, Block>[];
    const used = new Set(Object.keys(resources).map((address) => /^(?:data\.|ephemeral\.)?([a-z]+)_/.exec(address)?.[1]));
    expect(Object.keys(providers ?? {})).toEqual(expect.arrayContaining(['aws', ...used]));
    for (const [provider, { source, version }] of Object.entries(providers ?? {})) {
      expect(source).toBe(`hashicorp/${provider}`);
      expect(version, provider).toMatch(/^\d+\.\d+\.\d+$|^>= [\d.]+, < [\d.]+$/);
    }
  });
});

it('takes the project names that the service takes', async () => {
  for (const name of ours.filter((one) => one !== 'modules/dead-letter-queue')) {
    const { variables } = await loadModule(name);
    expect(JSON.stringify(variables['project_name'])).toContain(`length(var.project_name) <= ${maxProjectNameLength}`);
  }
});

const blockOf = (block: Block | undefined, name: string): Block => (block?.[name] as Block[] | undefined)?.[0] ?? {};

describe('the function', () => {
  it('is set the variables that the handler reads, and no others', async () => {
    const { locals, resources } = await loadModule('modules/lambda');
    expect(Object.keys(locals['handler_environment'] as Block).toSorted()).toEqual(Object.values(handlerVariables).toSorted());
    expect(locals['environment']).toMatch(/merge\(local\.handler_environment, local\.extension_environment\)/);
    expect(blockOf(resources['aws_lambda_function.this'], 'environment')).toEqual({ variables: '${local.environment}' });
  });

  it('runs what the build makes, in the runtime that it is built for', async () => {
    const { resources, locals } = await loadModule('modules/lambda');
    expect(resources['aws_lambda_function.this']).toMatchObject({ handler: 'auto_deploy.handler', runtime: 'nodejs24.x' });
    expect(locals['zip_path']).toContain('/dist/auto_deploy.zip');
  });

  it('may be called by the rules alone, and has both dead-letter queues', async () => {
    const { resources } = await loadModule('modules/lambda');
    expect(resources['aws_lambda_permission.rule']).toMatchObject({
      for_each: '${module.event_rules.rules}',
      principal: 'events.amazonaws.com',
      source_arn: '${each.value.arn}',
    });
    const asynchronous = blockOf(resources['aws_lambda_function_event_invoke_config.this'], 'destination_config');
    expect(blockOf(asynchronous, 'on_failure')).toEqual({ destination: '${module.failed.arn}' });
  });

  it('has a log group that is not kept for ever', async () => {
    const { resources } = await loadModule('modules/lambda');
    expect(resources['aws_cloudwatch_log_group.function']).toMatchObject({ retention_in_days: '${var.log_retention_days}' });
    expect(blockOf(resources['aws_lambda_function.this'], 'logging_config')).toMatchObject({
      log_group: '${aws_cloudwatch_log_group.function.name}',
    });
  });
});

it.each(['modules/lambda', 'modules/api-destination'])(
  'forwards the events of both rules in %s, and keeps the undelivered',
  async (name) => {
    const targets = Object.values(ofType(await loadModule(name), 'aws_cloudwatch_event_target'));
    expect(targets).toMatchObject([
      {
        for_each: '${module.event_rules.rules}',
        rule: '${each.value.name}',
        retry_policy: [{ maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 }],
        dead_letter_config: [{ arn: '${module.event_rules.undelivered_queue_arn}' }],
      },
    ]);
  },
);

it("sends the key with events to the service's POST /events", async () => {
  const { resources } = await loadModule('modules/api-destination');
  const auth = blockOf(resources['aws_cloudwatch_event_connection.service'], 'auth_parameters');
  expect(blockOf(auth, 'api_key')).toEqual({ key: 'X-API-Key', value: '${var.api_key}' });
  expect(resources['aws_cloudwatch_event_api_destination.service']).toMatchObject({
    http_method: 'POST',
    invocation_endpoint: '${trimsuffix(var.service_url, "/")}/events',
    invocation_rate_limit_per_second: '${var.rate_limit_per_second}',
  });
});

it('has an alarm on every queue', async () => {
  for (const name of ours) {
    const module = await loadModule(name);
    expect(Object.keys(ofType(module, 'aws_sqs_queue')), name).toEqual(name === 'modules/dead-letter-queue' ? ['this'] : []);
  }
  const { resources } = await loadModule('modules/dead-letter-queue');
  expect(resources['aws_cloudwatch_metric_alarm.not_empty']).toMatchObject({
    namespace: 'AWS/SQS',
    metric_name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: '${aws_sqs_queue.this.name}' },
    threshold: 0,
    alarm_actions: '${var.alarm_topic_arns}',
  });
});

/** Statements whose actions IAM can limit to no resource. */
const onAllResources = new Set(['JoinVpc', 'NotFromTheCode', 'EcrToken']);

it('allows no action by wildcard, and none on all resources but those that IAM can limit to none', async () => {
  for (const name of ours) {
    for (const [address, document] of Object.entries(ofType(await loadModule(name), 'data.aws_iam_policy_document'))) {
      const dynamic = ((document['dynamic'] as Record<string, Block[]> | undefined)?.['statement'] ?? []).map((one) =>
        blockOf(one, 'content'),
      );
      for (const { sid, actions, resources } of [...((document['statement'] as Block[] | undefined) ?? []), ...dynamic]) {
        expect(JSON.stringify(actions), `${name} ${address}`).not.toContain('*');
        const onAll = JSON.stringify(resources ?? []).includes('"*"');
        expect(onAll, `${name} ${address} ${String(sid)}`).toBe(onAllResources.has(String(sid)));
      }
    }
  }
});
