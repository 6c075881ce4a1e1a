/** One of the phases that a variant's fleet is in; the status is a plain string, because SageMaker adds new ones. */
export interface VariantStatus {
  /** Today `Creating`, `Updating`, `ActivatingTraffic`, `Baking` or `Deleting`. */
  status: string;
  /** Such as `Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 2 instance(s).` */
  statusMessage: string | null;
  startedAt: number | null;
}

/** What a tag named when SageMaker resolved it: the same tag may name another image later. */
export interface DeployedImage {
  /** As the model names it. */
  specifiedImage: string | null;
  /** With its digest. */
  resolvedImage: string | null;
  resolvedAt: number | null;
}

/** One fleet of instances of a production variant. In a rollout the old and the new fleet have the same variant name. */
export interface EndpointVariant {
  variantName: string;
  /** null for a serverless variant, and where SageMaker does not say. */
  currentInstanceCount: number | null;
  desiredInstanceCount: number | null;
  currentWeight: number | null;
  desiredWeight: number | null;
  /** Empty while nothing changes. */
  statuses: VariantStatus[];
  deployedImages: DeployedImage[];
}

/** A deployment of SageMaker's that is in progress: the fleet to come. */
export interface PendingDeployment {
  endpointConfigName: string;
  startedAt: number | null;
  variants: EndpointVariant[];
}
