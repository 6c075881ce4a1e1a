/**
 * The baseline of polling: `node tools/bench/direct-poller.ts URL RUNS INTERVAL_SECONDS`. One timer and one DescribeTrainingJob a run and
 * interval, with the service's jitter; no queue, no database, no log.
 */
import { directSageMaker } from './direct-sdk.ts';
import { seededName } from './polling/seed.ts';

const [url = '', runs = '0', intervalSeconds = '60'] = process.argv.slice(2);
const intervalMs = Number(intervalSeconds) * 1000;
const sdk = directSageMaker(url);

const watch = (name: string, afterMs: number): void => {
  setTimeout(() => {
    void sdk.describeTrainingJob({ TrainingJobName: name }).then(() => watch(name, intervalMs * (1 - Math.random() / 10)));
  }, afterMs);
};
for (let index = 1; index <= Number(runs); index += 1) watch(seededName(index), Math.random() * intervalMs);
