/** What an event reports. A hint: events get lost, repeat and change order, so a worker asks SageMaker for the facts. */
export type StateChange =
  | {
      kind: 'training';
      trainingJobName: string;
      /** As in DescribeTrainingJob: `Completed`. */
      status: string;
      tags: Record<string, string>;
    }
  | {
      kind: 'endpoint';
      endpointName: string;
      /** As in DescribeEndpoint: `InService`. */
      status: string;
    };

const ends: readonly string[] = ['Completed', 'Failed', 'Stopped', 'InService', 'OutOfService', 'UpdateRollbackFailed'];

/** Whether a training or an endpoint comes to rest in this status, which a caller waits for. */
export const isFinal = (status: string): boolean => ends.includes(status);
