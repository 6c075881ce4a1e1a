/** What both engines read of deployments whose model and configuration were not deleted yet. */
import type { Uncleaned } from '../core/deployment/decide-clean-up.ts';
import type { TurnedDown } from '../core/deployment/delivery-state.ts';

type Columns = Exclude<keyof Uncleaned, 'isTurnedDown'>;

/** Of the engine's table. */
export const uncleanedColumns = <Table extends Record<Columns, unknown>>(table: Table): Pick<Table, Columns> => ({
  seq: table.seq,
  deploymentId: table.deploymentId,
  trainingJobName: table.trainingJobName,
  endpointName: table.endpointName,
  status: table.status,
  modelName: table.modelName,
  endpointConfigName: table.endpointConfigName,
  startedAt: table.startedAt,
  finishedAt: table.finishedAt,
  unsettledSince: table.unsettledSince,
  liveOrder: table.liveOrder,
  endpointChange: table.endpointChange,
  revert: table.revert,
});

export const uncleanedOf = ({
  turnedDown,
  ...row
}: Omit<Uncleaned, 'isTurnedDown'> & { turnedDown: TurnedDown | null }): Uncleaned => ({
  ...row,
  isTurnedDown: turnedDown !== null,
});
