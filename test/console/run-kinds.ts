/** Runs of each kind, written through the store as API and workers write them, with instants of a real run. */
import type { Deployment, DeploymentProgress } from '../../src/core/deployment/deployment.ts';
import type { TrainingOutcome } from '../../src/core/training/training-run.ts';
import { toOutcome } from '../../src/core/training/training-run.ts';
import type { Store } from '../../src/ports/store.ts';

/** What no page may take for markup, nor a shell or a spreadsheet for a command. */
export const hostile = `=1+1;</title><script>alert(1)</script>" onmouseover='alert(2)' \${x} {{y}} \u202e`;

const second = 1000;
const minute = 60 * second;

interface Seed {
  store: Store;
  name: string;
  endpointName: string;
  /** When it was requested. */
  from: number;
}

const arnOf = (name: string): string => `arn:aws:sagemaker:eu-central-1:123456789012:training-job/${name}`;

async function training(
  { store, name, endpointName, from }: Seed,
  phases: readonly (readonly [string, number])[],
): Promise<void> {
  const shapes = {
    training: {
      AlgorithmSpecification: {
        TrainingImage: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/train:1',
        TrainingInputMode: 'File',
      },
      HyperParameters: { epochs: '3', token: 'a-secret-value' },
      OutputDataConfig: { S3OutputPath: 's3://models' },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
      RoleArn: 'arn:aws:iam::123456789012:role/sagemaker',
      StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    },
    model: { PrimaryContainer: { Image: 'serve:1', Environment: { SECRET: 'another-secret-value' } } },
    endpointConfig: { ProductionVariants: [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }] },
  };
  const run = {
    runId: `run-of-${name}`,
    trainingJobName: name,
    project: 'ml-sentiment',
    endpointName,
    autoDeploy: true,
    shapes,
    request: null,
    servingImage: 'serve:1',
    requestedBy: 'ci',
    reason: 'nightly',
    idempotencyKey: null,
    idempotencyHash: null,
  };
  await store.runs.insert({ run, now: from, startNow: true });
  await store.runs.markStarted({
    trainingJobName: name,
    trainingJobArn: arnOf(name),
    actor: 'api',
    detail: 'started',
    now: from + 900,
  });
  for (const [secondaryStatus, seconds] of phases)
    await store.runs.recordSecondaryStatus({
      trainingJobName: name,
      secondaryStatus,
      trainingCreatedAt: from + 500,
      actor: 'poll',
      now: from + seconds * second,
    });
}

const allPhases = [
  ['Starting', 5],
  ['Downloading', 95],
  ['Training', 130],
  ['Uploading', 520],
] as const;
const ended = 545;

async function finished(seed: Seed, outcome: Partial<TrainingOutcome> = {}, deploys = true): Promise<Deployment | null> {
  const { store, name, from } = seed;
  await training(seed, allPhases);
  const status = outcome.status ?? 'completed';
  const result = await store.runs.finish({
    trainingJobName: name,
    outcome: toOutcome({
      status,
      modelArtifact: status === 'completed' ? `s3://models/${name}/output/model.tar.gz` : null,
      metrics: { 'validation:accuracy': 0.9 + (from % 7) / 100, 'train:loss': 0.12 },
      trainingEndedAt: from + ended * second,
      trainingCreatedAt: from + 500,
      ...outcome,
    }),
    deployment: deploys && status === 'completed' ? newDeployment(name, `d-1-${name}`) : null,
    actor: 'event',
    now: from + (ended + 0.4) * second,
  });
  return result?.deployment ?? null;
}

const newDeployment = (name: string, deploymentId: string) => ({
  deploymentId,
  trigger: 'event' as const,
  forced: false,
  modelName: `${name.slice(0, 50)}-1f2e3d4c5b`,
  shapes: null,
});

type Step = readonly [afterSeconds: number, progress: DeploymentProgress, detail?: string];

/** Claims it so long after the training's end, and records the steps. */
async function proceed(
  { store, from }: Seed,
  { deploymentId }: Deployment,
  steps: readonly Step[],
  claimAt = ended + 1,
): Promise<number> {
  const at = (seconds: number): number => from + seconds * second;
  const claimed = await store.deployments.claim({ deploymentId, deadlineAt: at(claimAt + 7200), now: at(claimAt) });
  if (claimed.kind !== 'claimed') throw new Error(`${deploymentId} is not claimed: ${claimed.kind}`);
  const { fencingToken } = claimed.deployment;
  for (const [seconds, progress, detail] of steps)
    await store.deployments.recordProgress({ deploymentId, fencingToken, progress, detail, now: at(seconds) });
  return fencingToken;
}

const prepared = ({ name, endpointName }: Seed, at = ended + 1): Step[] => [
  [at + 0.9, { step: 'endpoint_config' }, `model ${name.slice(0, 50)}-1f2e3d4c5b created`],
  [
    at + 1.8,
    { step: 'endpoint', endpointConfigName: `${name.slice(0, 50)}-aa00bb11cc` },
    `endpoint configuration ${name.slice(0, 50)}-aa00bb11cc created`,
  ],
  [at + 2.6, { step: 'in_service' }, `endpoint ${endpointName} is being updated to ${name.slice(0, 50)}-aa00bb11cc`],
];

async function live(seed: Seed): Promise<void> {
  const { store, from } = seed;
  const deployment = await finished(seed);
  if (deployment === null) return;
  const fencingToken = await proceed(seed, deployment, prepared(seed));
  const inServiceAt = from + (ended + 8.4) * second;
  const outcome = { status: 'deployed' as const, failureReason: null, detail: 'live', inServiceAt };
  await store.deployments.finish({ deploymentId: deployment.deploymentId, fencingToken, outcome, now: inServiceAt + 600 });
}

const gate = {
  verdict: 'passed' as const,
  against: 'nightly-before',
  rules: [
    {
      metric: 'validation:accuracy',
      rule: 'at least what serves + 0.01',
      value: 0.93,
      baseline: 0.91,
      threshold: 0.92,
      verdict: 'passed' as const,
      reason: '0.93 is at least 0.92',
    },
  ],
};

/** Records a run of each kind, and returns their names by what they are. */
export async function seedRunKinds(store: Store, now: number): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  const seed = (kind: string, minutesAgo: number, endpointName = `endpoint-${kind}`): Seed => {
    names[kind] = `nightly-${kind}`;
    return { store, name: `nightly-${kind}`, endpointName, from: now - minutesAgo * minute };
  };
  for (let index = 1; index <= 9; index += 1) await live(seed(`before-${index}`, 2000 - index * 60, 'endpoint-live'));

  await training(seed('training', 6), allPhases.slice(0, 3));
  await live(seed('live', 45, 'endpoint-live'));
  await store.runs.insert({
    run: {
      ...(await requestOf(store, 'nightly-live')),
      runId: 'requested',
      trainingJobName: (names['requested'] = 'nightly-requested'),
    },
    now: now - 5 * second,
  });

  const waiting = seed('approval', 30);
  const awaited = await finished(waiting);
  if (awaited !== null) {
    const fencingToken = await proceed(waiting, awaited, [[ended + 1.5, { gate }]]);
    const requestedAt = waiting.from + (ended + 2) * second;
    const approval = {
      status: 'pending' as const,
      by: null,
      reason: null,
      requestedAt,
      decidedAt: null,
      expiresAt: requestedAt + 24 * 60 * minute,
      content: 'content',
      notByRequester: true,
    };
    const detail = 'the gate passed; each model needs an approval';
    await store.delivery.awaitApproval({ deploymentId: awaited.deploymentId, fencingToken, approval, detail, now: requestedAt });
  }

  const canary = seed('canary', 14);
  const baking = await finished(canary);
  const rollout = (phase: string, trafficPercent: number) => ({
    strategy: 'canary' as const,
    phase,
    trafficPercent,
    alarms: [{ name: 'autodeploy-errors-endpoint-canary', isOwn: true, state: 'OK' as const, alarmedAt: null }],
    deploymentConfig: null,
  });
  const waitsForSince = canary.from + (ended + 120) * second;
  if (baking !== null)
    await proceed(canary, baking, [
      ...prepared(canary),
      [ended + 20, { rollout: rollout('creating', 0) }, 'rollout: creating, 0 % of the traffic'],
      [
        ended + 120,
        {
          rollout: rollout('baking', 10),
          waitsForKind: 'bake',
          waitsForSince,
          waitsForDetail: 'Baking for 600 seconds with traffic on canary capacity',
        },
        'rollout: baking, 10 % of the traffic',
      ],
    ]);

  const back = seed('rolled-back', 200);
  const turned = await finished(back);
  if (turned !== null) {
    const fencingToken = await proceed(back, turned, [
      ...prepared(back),
      [ended + 30, { rollout: rollout('creating', 0) }, 'rollout: creating, 0 % of the traffic'],
      [ended + 150, { rollout: rollout('baking', 10) }, 'rollout: baking, 10 % of the traffic'],
      [ended + 400, { rollout: rollout('rolling_back', 0) }, 'rollout: rolling back, 0 % of the traffic'],
    ]);
    const failureReason = 'the alarm autodeploy-errors-endpoint-rolled-back ended the rollout';
    const outcome = { status: 'rolled_back' as const, failureReason, failureKind: 'alarm' as const, detail: failureReason };
    await store.deployments.finish({
      deploymentId: turned.deploymentId,
      fencingToken,
      outcome,
      now: back.from + (ended + 460) * second,
    });
  }

  await finished(seed('failed', 300), {
    status: 'failed',
    failureKind: 'algorithm',
    failureReason: `AlgorithmError: ${hostile} ExecuteUserScriptError: ExitCode 1, ErrorMessage "CUDA out of memory. Tried to allocate 2.50 GiB"`,
    metrics: null,
  });

  // The older one of two waits behind what is in progress, and is superseded by the newer one.
  const older = seed('superseded', 120, 'endpoint-superseded');
  const newer = seed('newer', 119, 'endpoint-superseded');
  await finished(older);
  await live(newer);

  const rejected = seed('rejected', 400);
  const refused = await finished(rejected);
  if (refused !== null) {
    const failed = {
      ...gate,
      verdict: 'failed' as const,
      rules: gate.rules.map((rule) => ({ ...rule, value: 0.79, verdict: 'failed' as const, reason: '0.79 is below 0.92' })),
    };
    const fencingToken = await proceed(rejected, refused, [[ended + 1.5, { gate: failed }]]);
    const reason = 'the gate failed: validation:accuracy (at least what serves + 0.01): 0.79 is below 0.92';
    const turnedDown = { how: 'gate' as const, by: null, reason, at: now };
    const outcome = { status: 'rejected' as const, failureReason: reason, detail: reason, turnedDown };
    await store.deployments.finish({
      deploymentId: refused.deploymentId,
      fencingToken,
      outcome,
      now: rejected.from + (ended + 2) * second,
    });
  }

  names['adopted'] = 'manual-42';
  await store.runs.adopt({
    run: {
      runId: 'adopted',
      trainingJobName: 'manual-42',
      trainingJobArn: arnOf('manual-42'),
      project: 'ml-sentiment',
      endpointName: 'endpoint-adopted',
      autoDeploy: true,
      servingImage: null,
      secondaryStatus: 'Training',
      createdAt: now - 50 * minute,
      foundEnded: false,
    },
    actor: 'reconcile',
    now: now - 12 * minute,
  });

  await fortyAttempts(seed('attempts', 600));
  return names;
}

async function requestOf(store: Store, name: string) {
  const run = await store.runs.find(name);
  if (run === null || run.shapes === null) throw new Error(`there is no run ${name}`);
  const { project, endpointName, autoDeploy, shapes, request, servingImage, idempotencyKey, idempotencyHash } = run;
  return { project, endpointName, autoDeploy, shapes, request, servingImage, idempotencyKey, idempotencyHash };
}

async function fortyAttempts(seed: Seed): Promise<void> {
  const { store, name, from } = seed;
  let deployment = await finished(seed);
  const every = 300;
  for (let attempt = 1; attempt <= 40 && deployment !== null; attempt += 1) {
    const begin = ended + 1 + (attempt - 1) * every;
    const reason = 'CreateModel: Could not access model data: AccessDenied';
    const since = from + (begin + 2) * second;
    const retry: Step = [
      begin + 2,
      {
        lastErrorKind: 'access_denied',
        failingSince: since,
        waitsForKind: 'sagemaker',
        waitsForSince: since,
        waitsForDetail: reason,
      },
      'CreateModel is retried: permissions take minutes to spread',
    ];
    const fencingToken = await proceed(seed, deployment, [retry], begin);
    if (attempt === 40) return;
    const failureReason = `${reason}, attempt ${attempt}`;
    const outcome = { status: 'failed' as const, failureReason, failureKind: 'access_denied' as const, detail: failureReason };
    await store.deployments.finish({
      deploymentId: deployment.deploymentId,
      fencingToken,
      outcome,
      now: from + (begin + 200) * second,
    });
    const wanted = {
      ...newDeployment(name, `d-${attempt + 1}-${name}`),
      trigger: 'api' as const,
      requestedBy: 'ana',
      reason: `try ${attempt + 1}`,
    };
    const result = await store.deployments.request({
      trainingJobName: name,
      deployment: wanted,
      now: from + (begin + every) * second,
    });
    deployment = result.kind === 'created' ? result.deployment : null;
  }
}
