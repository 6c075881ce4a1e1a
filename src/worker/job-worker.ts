import { Worker } from 'bullmq';

/** BullMQ's worker, which can be told that a job's lock is not to be renewed any more. */
export class JobWorker extends Worker<object, string> {
  /**
   * To be called right before a job is delayed, which gives its lock back. BullMQ goes on to renew it until the processor has returned,
   * and tells of a lock that was lost where none was; at worst it says so of the next run of the same job.
   */
  letGo(jobId: string): void {
    this.lockManager.untrackJob(jobId);
  }
}
