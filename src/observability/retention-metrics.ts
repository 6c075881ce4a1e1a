import { Counter, type Registry } from 'prom-client';
import type { DeletedCounts } from '../ports/store.ts';

/** What the policies' retention has deleted at SageMaker. */
export function showDeleted({ models, endpointConfigs }: DeletedCounts, registry: Registry): void {
  const counter = new Counter({
    name: 'autodeploy_cleaned_up_total',
    help: 'Models and endpoint configurations that retention has deleted at SageMaker',
    labelNames: ['resource'],
    registers: [registry],
  });
  counter.inc({ resource: 'model' }, models);
  counter.inc({ resource: 'endpoint_config' }, endpointConfigs);
}
