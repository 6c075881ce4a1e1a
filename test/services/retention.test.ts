/** Clean-up of models and endpoint configurations by the policy's retention, through the whole system. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import { rollBackEndpoint } from '../../src/services/delivery/roll-back-endpoint.ts';
import { cleanUp } from '../../src/services/retention/clean-up.ts';
import { Child } from '../../tools/testkit/child.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { endpointName, liveConfigOf, settings, startTestContext, type TestContext } from './harness.ts';

const keepTwo = { keep: 2, min_days: 0 };

const withRetention = (retention: ShapeObject | null): Promise<TestContext> =>
  startTestContext({
    delivery: {
      ...emptyDelivery,
      defaults: { ...settings.delivery.defaults, ...(retention === null ? {} : { delivery: { retention } }) },
    },
  });

async function deployOne(context: TestContext): Promise<Deployment> {
  const name = await context.start();
  await context.settle();
  const [deployment] = await context.deploymentsOf(name);
  if (deployment?.status !== 'deployed') throw new Error(`${name} is ${deployment?.status}`);
  return deployment;
}

async function deploy(context: TestContext, count: number): Promise<Deployment[]> {
  const deployed: Deployment[] = [];
  while (deployed.length < count) deployed.push(await deployOne(context));
  return deployed;
}

async function namesAtSageMaker({ sdk }: TestContext): Promise<{ models: string[]; configs: string[] }> {
  const { Models = [] } = await sdk.listModels({});
  const { EndpointConfigs = [] } = await sdk.listEndpointConfigs({});
  return {
    models: Models.map(({ ModelName }) => ModelName ?? '').toSorted(),
    configs: EndpointConfigs.map(({ EndpointConfigName }) => EndpointConfigName ?? '').toSorted(),
  };
}

const namesOf = (deployments: readonly (Deployment | undefined)[]): { models: string[]; configs: string[] } => ({
  models: deployments.map((one) => one?.modelName ?? '').toSorted(),
  configs: deployments.map((one) => one?.endpointConfigName ?? '').toSorted(),
});

const detailsOf = async ({ store }: TestContext, { trainingJobName }: { trainingJobName: string }): Promise<string> =>
  (await store.history.list({ trainingJobName })).map(({ detail }) => detail ?? '').join('\n');

/** What may delete something. */
const deletions = ({ simulator }: TestContext) =>
  simulator.effects().filter(({ kind }) => kind === 'model_deleted' || kind === 'endpoint_config_deleted');

const denied = (action: string) =>
  ({
    kind: 'error',
    status: 400,
    code: 'AccessDeniedException',
    message: `User: arn:aws:sts::1:assumed-role/r is not authorized to perform: sagemaker:${action}`,
    match: { operation: action as 'DeleteModel' },
    times: 1000,
  }) as const;

describe('cleanUp', () => {
  it('deletes all but the last ones, says so in their histories, and counts them once', async () => {
    const context = await withRetention(keepTwo);
    const deployed = await deploy(context, 4);
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 2, error: null });
    expect(await namesAtSageMaker(context)).toEqual(namesOf(deployed.slice(2)));
    const [first] = deployed as [Deployment];
    expect(await detailsOf(context, first)).toContain(
      `the endpoint configuration ${first.endpointConfigName} is deleted, the model ${first.modelName} is deleted`,
    );
    expect(deletions(context).map(({ name }) => name)).toEqual(
      deployed.slice(0, 2).flatMap(({ endpointConfigName, modelName }) => [endpointConfigName, modelName]),
    );
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 0, error: null });
    expect(await context.store.retention.deleted()).toEqual({ models: 2, endpointConfigs: 2 });
    expect(context.lines.filter((line) => line.includes('deployment.cleaned_up'))).toHaveLength(2);
  });

  it('deletes nothing without a retention, and keeps what was in use within min_days', async () => {
    const none = await withRetention(null);
    await deploy(none, 3);
    expect(await cleanUp(none.ctx)).toEqual({ cleanedUp: 0, error: null });
    expect(deletions(none)).toEqual([]);
    const week = await withRetention({ keep: 1, min_days: 7 });
    const deployed = await deploy(week, 3);
    await cleanUp(week.ctx);
    expect(deletions(week)).toEqual([]);
    week.clock.advance(8 * 86_400);
    await cleanUp(week.ctx);
    expect(await namesAtSageMaker(week)).toEqual(namesOf(deployed.slice(1)));
  });

  it('keeps what the live endpoint was moved to by hand, and what its configuration names', async () => {
    const context = await withRetention(keepTwo);
    const deployed = await deploy(context, 4);
    const [first, second] = deployed as [Deployment, Deployment];
    await context.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: first.endpointConfigName ?? '' });
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 0, error: null });
    context.clock.advance(3600);
    expect(await liveConfigOf(context)).toBe(first.endpointConfigName);
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 1, error: null });
    expect(await namesAtSageMaker(context)).toEqual(namesOf([first, ...deployed.slice(2)]));
    expect(deletions(context).map(({ name }) => name)).toEqual([second.endpointConfigName, second.modelName]);
  });

  it('keeps the model of a foreign configuration that was brought live by hand', async () => {
    const context = await withRetention(keepTwo);
    const deployed = await deploy(context, 3);
    const [first] = deployed as [Deployment];
    await context.sdk.createEndpointConfig({
      EndpointConfigName: 'handmade',
      ProductionVariants: [
        { VariantName: 'AllTraffic', ModelName: first.modelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    });
    await context.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'handmade' });
    context.clock.advance(3600);
    expect(await liveConfigOf(context)).toBe('handmade');
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 0, error: null });
    expect((await namesAtSageMaker(context)).models).toContain(first.modelName);
  });

  it('leaves alone what its tags do not call its own, and does not ask again', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 3)) as [Deployment];
    const { ModelArn } = await context.sdk.describeModel({ ModelName: first.modelName });
    await context.sdk.deleteTags({ ResourceArn: ModelArn, TagKeys: ['autodeploy:managed-by'] });
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 1, error: null });
    expect(deletions(context).map(({ name }) => name)).toEqual([first.endpointConfigName]);
    expect(await detailsOf(context, first)).toContain(`the model ${first.modelName} stays, since its tags do not say`);
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 0, error: null });
  });

  it('logs a missing permission once, disturbs nothing, and continues with it', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 3)) as [Deployment];
    context.simulator.addFault(denied('DeleteModel'));
    for (let count = 0; count < 3; count += 1)
      expect(await cleanUp(context.ctx)).toMatchObject({ cleanedUp: 0, error: { kind: 'access_denied' } });
    const lines = context.lines.filter((line) => line.includes('clean_up'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('sagemaker:DeleteModel, which docs/iam/features/retention.json allows');
    expect(await context.store.skipped.list()).toMatchObject([{ kind: 'clean_up', name: 'DeleteModel', count: 3 }]);
    await deployOne(context);
    context.simulator.clearFaults();
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 2, error: null });
    expect(await detailsOf(context, first)).toContain(
      `the endpoint configuration ${first.endpointConfigName} is not there any more, the model ${first.modelName} is deleted`,
    );
    expect(await context.store.skipped.list()).toEqual([]);
  });

  it('records after a crash what was deleted before it', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 3)) as [Deployment];
    const { retention } = context.store;
    context.ctx.store = {
      ...context.store,
      retention: { ...retention, recordCleanedUp: () => Promise.reject(new Error('crash')) },
    };
    await expect(cleanUp(context.ctx)).rejects.toThrow('crash');
    context.ctx.store = { ...context.store, retention };
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 1, error: null });
    expect(deletions(context)).toHaveLength(2);
    expect(await detailsOf(context, first)).toContain('is not there any more');
  });

  it('deletes nothing of what becomes needed between the plan and the request', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 3)) as [Deployment];
    const { store } = context;
    let reads = 0;
    context.ctx.store = {
      ...store,
      retention: {
        ...store.retention,
        async listUncleaned(name) {
          reads += 1;
          if (reads === 2) {
            const input = { to: first.deploymentId, by: null, reason: 'the new one errs', hold: false };
            await rollBackEndpoint({ ...context.ctx, store }, { endpointName, ...input });
          }
          return store.retention.listUncleaned(name);
        },
      },
    };
    expect(await cleanUp(context.ctx)).toEqual({ cleanedUp: 0, error: null });
    expect(reads).toBe(2);
    expect(deletions(context)).toEqual([]);
    context.ctx.store = store;
    await context.settle();
    expect(await liveConfigOf(context)).toBe(first.endpointConfigName);
  });
});

describe('a rollback to what was cleaned up', () => {
  const rollBack = (context: TestContext, to: string) =>
    rollBackEndpoint(context.ctx, { endpointName, to, by: 'ann', reason: 'the new one errs', hold: false });

  it('recreates model and configuration, with the image that its tag was when it was live', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 4)) as [Deployment];
    await cleanUp(context.ctx);
    const former = await context.store.deployments.find(first.deploymentId);
    const [image] = former?.images ?? [];
    expect(image?.resolved).toMatch(/@sha256:/);
    const { deploymentId } = await rollBack(context, first.deploymentId);
    await context.settle();
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'deployed', images: former?.images });
    expect(await liveConfigOf(context)).toBe(first.endpointConfigName);
    expect(await context.sdk.describeModel({ ModelName: first.modelName })).toMatchObject({
      PrimaryContainer: { Image: image?.resolved },
    });
    expect(await detailsOf(context, first)).toContain(
      `model ${first.modelName} created, with the image that ${image?.specified} was when it was live: ${image?.resolved}`,
    );
  });

  it('keeps what it recreated while it is needed, and can be gone back to once more after another clean-up', async () => {
    const context = await withRetention(keepTwo);
    const [first] = (await deploy(context, 4)) as [Deployment];
    await cleanUp(context.ctx);
    await rollBack(context, first.deploymentId);
    await context.settle();
    await cleanUp(context.ctx);
    expect((await namesAtSageMaker(context)).models).toContain(first.modelName);
    await deploy(context, 3);
    await cleanUp(context.ctx);
    expect((await namesAtSageMaker(context)).models).not.toContain(first.modelName);
    await rollBack(context, first.trainingJobName);
    await context.settle();
    expect(await liveConfigOf(context)).toBe(first.endpointConfigName);
    const { PrimaryContainer } = await context.sdk.describeModel({ ModelName: first.modelName });
    expect(PrimaryContainer?.Image).toMatch(/@sha256:/);
  });
});

describe('npm run clean-up', () => {
  async function cleanUpBy(
    context: TestContext,
    retention: string | null,
    ...args: string[]
  ): Promise<{ code: number | null; output: string[] }> {
    const { env, databasePath } = programEnvironment({
      AWS_ENDPOINT_URL_SAGEMAKER: context.simulator.url,
      ENDPOINT_NAME: endpointName,
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    const file = join(dirname(databasePath), 'delivery.yaml');
    writeFileSync(file, retention === null ? 'defaults: {}\n' : `defaults: { delivery: { retention: ${retention} } }\n`);
    const child = new Child(process.execPath, ['src/app/clean-up-main.ts', ...args], {
      ...process.env,
      ...env,
      DATABASE_URL: context.databaseUrl,
      DELIVERY_FILE: file,
    });
    const { code } = await child.exited;
    return { code, output: child.output.filter((line) => !line.startsWith('{')) };
  }

  it('shows with --dry-run what it would do and why it keeps the others, without Redis, and does it without', async () => {
    const context = await withRetention(null);
    const [first, second, third, live] = (await deploy(context, 4)) as [Deployment, Deployment, Deployment, Deployment];
    const { ModelArn } = await context.sdk.describeModel({ ModelName: second.modelName });
    await context.sdk.deleteTags({ ResourceArn: ModelArn, TagKeys: ['autodeploy:managed-by'] });
    const none = await cleanUpBy(context, null, '--dry-run');
    expect(none).toEqual({ code: 0, output: ['The delivery file has no retention: nothing is deleted.'] });
    const retention = '{ keep: 2, min_days: 0 }';
    const id = ({ trainingJobName, deploymentId }: Deployment): string => `  ${trainingJobName} (${deploymentId}): `;
    expect(await cleanUpBy(context, retention, '--dry-run')).toEqual({
      code: 0,
      output: [
        endpointName,
        `${id(first)}delete endpoint configuration ${first.endpointConfigName}; delete model ${first.modelName}`,
        `${id(second)}delete endpoint configuration ${second.endpointConfigName}; leave alone, by its tags: model ${second.modelName}`,
        `${id(third)}keep, since it is what was live before`,
        `${id(live)}keep, since it is live`,
      ],
    });
    expect(deletions(context)).toEqual([]);
    const { code, output } = await cleanUpBy(context, retention);
    expect([code, output]).toEqual([0, ['2 deployments cleaned up.']]);
    expect((await namesAtSageMaker(context)).configs).toEqual(namesOf([third, live]).configs);
    const wrong = await cleanUpBy(context, retention, '--dry');
    expect(wrong).toEqual({ code: 2, output: ['usage: npm run clean-up -- [--dry-run]'] });
  });

  it('ends with 1 and says which policy is missing where SageMaker refuses it', async () => {
    const context = await withRetention(null);
    await deploy(context, 3);
    context.simulator.addFault(denied('DeleteEndpointConfig'));
    const { code, output } = await cleanUpBy(context, '{ keep: 1, min_days: 0 }');
    expect(code).toBe(1);
    expect(output.join('\n')).toMatch(
      /^clean-up ended early: DeleteEndpointConfig: .*docs\/iam\/features\/retention\.json allows/m,
    );
  });
});
