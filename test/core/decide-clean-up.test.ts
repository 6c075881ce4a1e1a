/** What retention deletes, and that nothing of it is needed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideCleanUp, resourceKey, type Uncleaned } from '../../src/core/deployment/decide-clean-up.ts';
import { decideRollback } from '../../src/core/deployment/decide-rollback.ts';
import {
  activeDeploymentStatuses,
  type Deployment,
  deploymentStatuses,
  isFinishedDeployment,
} from '../../src/core/deployment/deployment.ts';
import { noEndpoint, useOf, whyInUse } from '../../src/core/deployment/endpoint-use.ts';
import { formerContents } from '../../src/db/deployment-values.ts';
import { aDeployment, anEndpoint, at } from './samples.ts';

const day = 24 * 3_600_000;

type Row = Deployment & { isTurnedDown: boolean };

/** One that was live, unless it says otherwise; `order` is also its place in time. */
const aRow = (order: number, fields: Partial<Row> = {}): Row => ({
  ...aDeployment({
    seq: order,
    runSeq: order,
    deploymentId: `d-${order}`,
    trainingJobName: `job-${order}`,
    modelName: `model-${order}`,
    endpointConfigName: `config-${order}`,
    status: 'deployed',
    liveOrder: order,
    finishedAt: at + order * day,
  }),
  isTurnedDown: false,
  ...fields,
});

const ended = { liveOrder: null, finishedAt: at } as const;
const now = at + 100 * day;

const deleted = (rows: readonly Uncleaned[], policy = { keep: 1, minDays: 0 }, when = now): string[] =>
  decideCleanUp(rows, policy, when).flatMap(({ endpointConfigName, modelName }) =>
    [endpointConfigName, modelName].filter((name) => name !== null),
  );

const whyKept = (rows: readonly Uncleaned[], id: string, policy = { keep: 1, minDays: 0 }, when = now): string | null =>
  decideCleanUp(rows, policy, when).find(({ deployment }) => deployment.deploymentId === id)?.kept ?? null;

describe('decideCleanUp', () => {
  it('keeps the last ones that were live, each content once, with the live one', () => {
    const rows = [1, 2, 3, 4, 5].map((order) => aRow(order));
    expect(deleted(rows, { keep: 3, minDays: 0 })).toEqual(['config-1', 'model-1', 'config-2', 'model-2']);
    const same = aRow(6, { modelName: 'model-5', endpointConfigName: 'config-5' });
    expect(deleted([...rows, same], { keep: 3, minDays: 0 })).toEqual(['config-1', 'model-1', 'config-2', 'model-2']);
  });

  it('keeps what was live before and what a rollback goes back to, also where one alone is to be kept', () => {
    const rows = [aRow(1), aRow(2), aRow(3, { isTurnedDown: true }), aRow(4)];
    expect(deleted(rows)).toEqual(['config-1', 'model-1']);
    expect(whyKept(rows, 'd-2')).toBe('a rollback goes back to it');
    expect(whyKept(rows, 'd-3')).toBe('it is what was live before');
    expect(whyKept(rows, 'd-4')).toBe('it is live');
  });

  it('keeps for min_days from the day on which the next one went live', () => {
    const rows = [aRow(1), aRow(2), aRow(3), aRow(4)];
    const week = { keep: 1, minDays: 7 };
    expect(deleted(rows, week, at + 9 * day - 1)).toEqual([]);
    expect(deleted(rows, week, at + 9 * day)).toEqual(['config-1', 'model-1']);
    expect(whyKept(rows, 'd-2', week, at + 9 * day)).toBe('it was in use within the last 7 days');
  });

  it.each(activeDeploymentStatuses)('keeps what is %s, and the configuration that it may go back to', (status) => {
    const change = {
      action: 'update',
      requestedAt: at,
      respondedAt: null,
      acknowledgedAt: null,
      baseline: { modifiedAt: at, endpointConfigName: 'CONFIG-1' },
    } as const;
    const active = aRow(9, { status, liveOrder: null, finishedAt: null, endpointChange: change });
    const rows = [aRow(1), aRow(2), aRow(3), aRow(4), active];
    expect(deleted(rows)).toEqual(['config-2', 'model-2']);
    expect(whyKept(rows, 'd-1')).toBe('the deployment d-9 may go back to it');
    expect(whyKept(rows, 'd-9')).toBe(`it is ${status.replace('_', ' ')}`);
  });

  it('keeps what SageMaker may still complete', () => {
    const unsettled = aRow(9, { ...ended, status: 'failed', unsettledSince: at });
    expect(whyKept([aRow(1), unsettled], 'd-9')).toBe('SageMaker may still complete it');
  });

  it('deletes of an ended one what it alone has, and the rest with the one that shares it', () => {
    const failed = aRow(8, { ...ended, status: 'failed', modelName: 'model-4' });
    expect(deleted([aRow(4), failed])).toEqual(['config-8']);
    const waiting = aRow(9, { status: 'queued', liveOrder: null, finishedAt: null, modelName: 'model-4' });
    expect(deleted([aRow(5), aRow(6), { ...failed }, waiting])).toEqual([]);
    const both = [aRow(6), aRow(7), failed, aRow(9, { ...ended, status: 'failed', modelName: 'MODEL-4' })];
    expect(deleted(both)).toEqual(['config-8', 'config-9', 'MODEL-4']);
  });

  it('never deletes what is live, on its way, or what a rollback or a revert needs', () => {
    const name = fc.integer({ min: 1, max: 6 });
    const row = fc.record({
      status: fc.constantFrom(...deploymentStatuses),
      model: name,
      config: fc.option(name),
      isTurnedDown: fc.boolean(),
      isUnsettled: fc.boolean(),
      baseline: fc.option(name),
      revertTo: fc.option(name),
      upperCase: fc.boolean(),
    });
    const policy = fc.record({ keep: fc.integer({ min: 1, max: 4 }), minDays: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), policy, fc.nat({ max: 20 }), (drawn, retention, days) => {
        let order = 0;
        const rows = drawn.map(({ status, model, config, isTurnedDown, isUnsettled, baseline, revertTo, upperCase }, index) => {
          const cased = (text: string): string => (upperCase ? text.toUpperCase() : text);
          const configName = config === null ? null : cased(`config-${model}-${config}`);
          const finishedAt = isFinishedDeployment(status) ? at + index * day : null;
          const from = baseline === null ? null : `config-${baseline}-${baseline}`;
          return aRow(index + 1, {
            status,
            modelName: cased(`model-${model}`),
            endpointConfigName: status === 'deployed' ? cased(`config-${model}-${config ?? 1}`) : configName,
            liveOrder: status === 'deployed' ? (order += 1) : null,
            finishedAt,
            isTurnedDown,
            unsettledSince: status === 'failed' && isUnsettled ? at : null,
            endpointChange: {
              action: 'update',
              requestedAt: at,
              respondedAt: null,
              acknowledgedAt: null,
              baseline: { modifiedAt: at, endpointConfigName: from },
            },
            revert: revertTo === null ? null : ({ to: `config-${revertTo}-${revertTo}` } as NonNullable<Row['revert']>),
          });
        });
        const gone = new Set(deleted(rows, retention, at + days * day).map(resourceKey));
        const lost: string[] = [];
        const stays = (...names: (string | null | undefined)[]): void => {
          lost.push(...names.filter((one) => typeof one === 'string').filter((one) => gone.has(resourceKey(one))));
        };
        const newestFirst = rows.filter(({ liveOrder }) => liveOrder !== null).toReversed();
        const live = newestFirst[0] ?? null;
        stays(live?.modelName, live?.endpointConfigName);
        const ofFormers = formerContents(newestFirst, live);
        const formers = ofFormers.map((deployment) => ({
          deployment,
          isTurnedDown: (deployment as Row).isTurnedDown,
          isArtifactMissing: false,
        }));
        const decision = decideRollback({ live, formers, active: [], to: null });
        if (decision.kind === 'create') stays(decision.target.modelName, decision.target.endpointConfigName);
        for (const one of ofFormers.slice(0, retention.keep - 1)) stays(one.modelName, one.endpointConfigName);
        for (const one of rows) {
          if (isFinishedDeployment(one.status) && one.unsettledSince === null) continue;
          const { modelName, endpointConfigName, endpointChange, revert } = one;
          for (const back of [endpointChange?.baseline?.endpointConfigName, revert?.to]) {
            stays(back);
            const maker = rows.find(({ endpointConfigName: own }) => own?.toLowerCase() === back?.toLowerCase());
            if (back != null) stays(maker?.modelName);
          }
          stays(modelName, endpointConfigName);
        }
        expect(lost).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('deletes everything in the end that nothing needs, whatever shares it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })), { maxLength: 8 }),
        (drawn) => {
          let rows = drawn.map(([model, config], index) =>
            aRow(index + 10, {
              ...ended,
              status: 'failed',
              modelName: `model-${model}`,
              endpointConfigName: `config-${model}-${config}`,
            }),
          );
          const gone = new Set<string>();
          for (let pass = 0; rows.length > 0; pass += 1) {
            expect(pass).toBeLessThan(20);
            const decisions = decideCleanUp(rows, { keep: 1, minDays: 0 }, now).filter(({ kept }) => kept === null);
            for (const { endpointConfigName, modelName } of decisions)
              for (const one of [endpointConfigName, modelName]) if (one !== null) gone.add(one);
            const done = new Set(decisions.map(({ deployment }) => deployment.deploymentId));
            rows = rows.filter(({ deploymentId }) => !done.has(deploymentId));
          }
          expect(gone).toEqual(new Set(drawn.flatMap(([model, config]) => [`model-${model}`, `config-${model}-${config}`])));
        },
      ),
    );
  });
});

describe('whyInUse', () => {
  const [first] = decideCleanUp([aRow(1), aRow(2), aRow(3)], { keep: 1, minDays: 0 }, now);
  const decision = first!;
  const variants = (...names: (string | undefined)[]) => ({ ProductionVariants: names.map((ModelName) => ({ ModelName })) });

  it.each<[string, Parameters<typeof useOf>, string | null]>([
    ['another configuration and model', [anEndpoint(), [variants('other')]], null],
    ['the configuration', [anEndpoint({ endpointConfigName: 'Config-1' }), [variants('other')]], 'the endpoint is on it'],
    ['the model, of another configuration', [anEndpoint(), [variants('other', 'Model-1')]], 'the endpoint uses the model'],
    [
      'the model as a shadow',
      [anEndpoint(), [{ ShadowProductionVariants: [{ ModelName: 'model-1' }] }]],
      'the endpoint uses the model',
    ],
    ['a configuration that was deleted', [anEndpoint(), [null]], 'which models the endpoint uses is not known'],
    ['inference components', [anEndpoint(), [variants(undefined)]], 'which models the endpoint uses is not known'],
    [
      'what it changes to',
      [anEndpoint({ status: 'Updating' }), [variants('other')]],
      'the endpoint is Updating, and may need it',
    ],
  ])('of an endpoint that uses %s', (_, [endpoint, shapes], expected) => {
    expect(whyInUse(decision, useOf(endpoint, shapes))).toBe(expected);
  });

  it('is null of an endpoint that is not there', () => {
    expect(whyInUse(decision, noEndpoint)).toBeNull();
  });
});
