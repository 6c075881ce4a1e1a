/** What an event says. A hint: events are lost, repeated and come out of order, so SageMaker is asked for the facts. */
export type StateChange =
  | {
      kind: 'training';
      trainingJobName: string;
      /** As DescribeTrainingJob has it: `Completed`. */
      status: string;
      secondaryStatus: string | null;
      tags: Record<string, string>;
      /** When it changed, in milliseconds since 1970 UTC; null where the event does not say. */
      at: number | null;
    }
  | {
      kind: 'endpoint';
      endpointName: string;
      /** As DescribeEndpoint has it: `InService`. */
      status: string;
      endpointConfigName: string | null;
      at: number | null;
    };

const ends: readonly string[] = ['Completed', 'Failed', 'Stopped', 'InService', 'OutOfService', 'UpdateRollbackFailed'];

/** Whether a training or an endpoint comes to rest in this status: what somebody waits for. */
export const isFinal = (status: string): boolean => ends.includes(status);
