/** What the service knows of an endpoint that is not of one deployment. Instants in milliseconds since 1970 UTC. */
export interface EndpointRecord {
  endpointName: string;
  /** While it is held, nothing is deployed to it but what is forced or rolled back. Null while it is not. */
  heldSince: number | null;
  heldBy: string | null;
  holdReason: string | null;
  /** When it was rolled back last: trainings from before that are not deployed by themselves. */
  rolledBackAt: number | null;
  /** Whether the endpoint's tags at SageMaker do not say the same yet. */
  tagsDue: boolean;
}

export type Hold = Pick<EndpointRecord, 'heldSince' | 'heldBy' | 'holdReason'>;

export const isHeld = (record: Hold | null): boolean => record !== null && record.heldSince !== null;

/** For people: what a deployment waits for on an endpoint that is held. */
export function holdDetail({ heldBy, holdReason }: Hold): string {
  const by = heldBy === null ? '' : ` by ${heldBy}`;
  return `the endpoint is held${by}${holdReason === null ? '' : `: ${holdReason}`}`;
}

/** Whether both say the same of the endpoint. */
export const isSameRecord = (one: EndpointRecord, other: EndpointRecord): boolean =>
  one.heldSince === other.heldSince &&
  one.heldBy === other.heldBy &&
  one.holdReason === other.holdReason &&
  one.rolledBackAt === other.rolledBackAt;
