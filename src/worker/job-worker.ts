import { Worker } from 'bullmq';

/** BullMQ's worker, with a way to stop renewing the lock of one job. */
export class JobWorker extends Worker<object, string> {
  /**
   * To be called right before a job is delayed, which releases its lock. Until the processor returns BullMQ would still renew it, and
   * report it as lost, at worst for the next run of the same job.
   */
  letGo(jobId: string): void {
    this.lockManager.untrackJob(jobId);
  }
}
