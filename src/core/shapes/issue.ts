/** What is wrong with a request in one of SageMaker's shapes. It repeats no value: any of them may be a secret. */
export interface ShapeIssue {
  /** `create_training_job.VpcConfig.Subnets[0]` */
  readonly field: string;
  /** Continues the field: `must have at most 5 entries`. */
  readonly detail: string;
}

/** More would help no reader. */
export const maxShapeIssues = 20;

export class ShapeIssues {
  readonly #found: ShapeIssue[] = [];

  add(field: string, detail: string): void {
    if (!this.isFull) this.#found.push({ field, detail });
  }

  get isFull(): boolean {
    return this.#found.length >= maxShapeIssues;
  }

  get found(): readonly ShapeIssue[] {
    return this.#found;
  }
}
