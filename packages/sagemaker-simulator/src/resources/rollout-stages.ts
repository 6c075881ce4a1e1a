import type { LiveVariant, VariantStage } from '../state/records.ts';
import { instancesOf, sharesOf } from './capacity.ts';
import type { Strategy } from './deployment-config.ts';

/** What both fleets of an update are like for a while. */
export interface RolloutStage {
  /** How much of the time that the update takes without its waits. */
  work: number;
  waitSeconds: number;
  blue: LiveVariant[];
  green: LiveVariant[];
  /** How much of the traffic the new fleet takes. */
  share: number;
  /** New instances start, and have to pass the health check at its end. */
  isLaunch: boolean;
}

/** Launching instances takes most of the time. */
const work = { launch: 0.8, shift: 0.1, terminate: 0.1 };

/** The instant comes with the phase. */
type Shown = Omit<VariantStage, 'startAt'>;

const withStage = (variant: LiveVariant, stage: Shown | null): LiveVariant => ({
  ...variant,
  stages: stage === null ? undefined : [{ ...stage, startAt: 0 }],
});

export const launching = (count: number | null): Shown => ({
  status: 'Creating',
  message: `Launching ${count ?? 0} instance(s).`,
});

export const terminating = (count: number | null): Shown => ({
  status: 'Deleting',
  message: `Terminating ${count ?? 0} instance(s).`,
});

/**
 * The new fleet of which a share takes traffic. SageMaker's sample of a canary of one among three instances shows CurrentInstanceCount 1
 * and CurrentWeight 1 (docs/reference/sagemaker-behavior.md#a-rollout-shows-its-phases).
 */
function active(wanted: LiveVariant, share: number): LiveVariant {
  const { desiredInstanceCount: count, desiredWeight } = wanted;
  if (share === 0) return { ...wanted, weight: 0, instanceCount: count === null ? null : 0 };
  return { ...wanted, weight: desiredWeight, instanceCount: count === null ? null : instancesOf(count, share) };
}

const capacityText = ({ instanceCount }: LiveVariant, share: number): string =>
  `${share >= 1 ? 'full' : 'canary'} capacity of ${instanceCount ?? 0} instance(s).`;

const activating = (variant: LiveVariant, share: number): Shown => ({
  status: 'ActivatingTraffic',
  message: `Activating traffic on ${capacityText(variant, share)}`,
});

const baking = (variant: LiveVariant, share: number, seconds: number, member: string): Shown => ({
  status: 'Baking',
  message: `Baking for ${seconds} seconds (${member}) with traffic enabled on ${capacityText(variant, share)}`,
});

/** The shares after each shift, for each variant; all of them have as many. */
function shiftsOf({ kind, size }: Strategy, wanted: LiveVariant[]): number[][] {
  const each = wanted.map(({ desiredInstanceCount }) => sharesOf(kind, size, desiredInstanceCount ?? 1));
  const most = Math.max(...each.map(({ length }) => length));
  return Array.from({ length: most }, (_, shift) => each.map((shares) => shares[shift] ?? 1));
}

/** The traffic goes by the first variant: rolling has one only, and others shift alike. */
const trafficOf = (shares: number[]): number => shares[0] ?? 1;

/** Stages of one shift: its traffic is activated, then it bakes. */
function stagesOfShift(
  { waitSeconds }: Strategy,
  {
    wanted,
    blue,
    before,
    after,
    work: share,
  }: { wanted: LiveVariant[]; blue: LiveVariant[]; before: number[]; after: number[]; work: number },
): RolloutStage[] {
  const fleet = (shares: number[]): LiveVariant[] => wanted.map((variant, index) => active(variant, shares[index] ?? 1));
  const reached = fleet(after);
  const common = { blue, waitSeconds: 0, isLaunch: false };
  const activation: RolloutStage = {
    ...common,
    work: share,
    share: trafficOf(before),
    green: fleet(before).map((variant, index) => withStage(variant, activating(reached[index]!, after[index] ?? 1))),
  };
  if (waitSeconds === 0) return [activation];
  const green = reached.map((variant, index) =>
    withStage(variant, baking(variant, after[index] ?? 1, waitSeconds, 'WaitIntervalInSeconds')),
  );
  return [activation, { ...common, work: 0, waitSeconds, share: trafficOf(after), green }];
}

/** The stages of an update that goes well (docs/reference/sagemaker-behavior.md#a-rollout-bakes-after-each-shift-of-traffic). */
export const stagesOf = (strategy: Strategy, live: LiveVariant[], wanted: LiveVariant[]): RolloutStage[] =>
  strategy.kind === 'rolling' ? rollingStages(strategy, live, wanted) : blueGreenStages(strategy, live, wanted);

function blueGreenStages(strategy: Strategy, live: LiveVariant[], wanted: LiveVariant[]): RolloutStage[] {
  const { terminationWaitSeconds } = strategy;
  const shifts = shiftsOf(strategy, wanted);
  const none = wanted.map(() => 0);
  const full = wanted.map((variant) => active(variant, 1));
  const stages: RolloutStage[] = [
    {
      work: work.launch,
      waitSeconds: 0,
      blue: live,
      share: 0,
      green: wanted.map((variant) => withStage(active(variant, 0), launching(variant.desiredInstanceCount))),
      isLaunch: true,
    },
    ...shifts.flatMap((after, index) =>
      stagesOfShift(strategy, { wanted, blue: live, before: shifts[index - 1] ?? none, after, work: work.shift / shifts.length }),
    ),
  ];
  const rest = { share: 1, isLaunch: false };
  if (terminationWaitSeconds > 0) {
    const green = full.map((variant) =>
      withStage(variant, baking(variant, 1, terminationWaitSeconds, 'TerminationWaitInSeconds')),
    );
    stages.push({ ...rest, work: 0, waitSeconds: terminationWaitSeconds, blue: live, green });
  }
  const blue = live.map((variant) => withStage(variant, terminating(variant.instanceCount)));
  return [...stages, { ...rest, work: work.terminate, waitSeconds: 0, blue, green: full }];
}

function rollingStages(strategy: Strategy, live: LiveVariant[], wanted: LiveVariant[]): RolloutStage[] {
  const shifts = shiftsOf(strategy, wanted);
  const left = (shares: number[]): LiveVariant[] =>
    live.map((variant, index) => {
      const share = shares[index] ?? 1;
      const gone = share === 0 ? 0 : instancesOf(variant.instanceCount ?? 0, share);
      const count = (variant.instanceCount ?? 0) - gone;
      return { ...variant, instanceCount: count, running: count };
    });
  return shifts.flatMap((after, index): RolloutStage[] => {
    const before = shifts[index - 1] ?? wanted.map(() => 0);
    const [blue, blueAfter] = [left(before), left(after)];
    const fleet = wanted.map((variant, at) => active(variant, before[at] ?? 0));
    const reached = wanted.map((variant, at) => active(variant, after[at] ?? 1));
    const running = reached.map(({ instanceCount }) => instanceCount ?? 0);
    const launch: RolloutStage = {
      work: work.launch / shifts.length,
      waitSeconds: 0,
      blue,
      share: trafficOf(before),
      green: fleet.map((variant, at) => withStage(variant, launching(running[at]! - (variant.instanceCount ?? 0)))),
      isLaunch: true,
    };
    const termination: RolloutStage = {
      work: work.terminate / shifts.length,
      waitSeconds: 0,
      blue: blue.map((variant, at) =>
        withStage(variant, terminating((variant.instanceCount ?? 0) - (blueAfter[at]!.instanceCount ?? 0))),
      ),
      share: trafficOf(after),
      green: reached,
      isLaunch: false,
    };
    const shifted = stagesOfShift(strategy, { wanted, blue, before, after, work: work.shift / shifts.length });
    return [launch, ...shifted, termination].map((stage) => ({
      ...stage,
      green: stage.green.map((variant, at) => ({ ...variant, running: running[at] })),
    }));
  });
}
