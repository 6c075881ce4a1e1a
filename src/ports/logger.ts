/** The log. Every line that speaks of a run has its `training_job_name`, in the line's own fields or in those of its logger. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Returns a logger that adds these fields to every line. A line's own field wins over a bound one of the same name. */
  child(fields: object): Logger;
}
