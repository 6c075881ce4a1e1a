import { AwsError } from '../aws-error.ts';
import type { MetricAlarmRequest } from '../state/alarm-records.ts';

const shortPeriods: readonly number[] = [10, 20, 30];
const secondsOfADay = 86_400;
const secondsOfAWeek = 7 * secondsOfADay;
const treatments: readonly string[] = ['breaching', 'notBreaching', 'ignore', 'missing'];

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);
const combination = (message: string): AwsError => new AwsError('InvalidParameterCombination', message);

/**
 * What a metric alarm needs beyond the API model's bounds (the model's texts on its members). The wordings are made up.
 * @throws {AwsError} ValidationError, MissingParameter or InvalidParameterCombination.
 */
export function requireMetricAlarm(input: MetricAlarmRequest): void {
  const { MetricName, Metrics, EvaluationCriteria, Statistic, ExtendedStatistic, Period, TreatMissingData } = input;
  if ([MetricName, Metrics, EvaluationCriteria].filter((one) => one !== undefined).length !== 1) {
    throw combination('Exactly one of MetricName, Metrics and EvaluationCriteria must be specified.');
  }
  if (TreatMissingData !== undefined && !treatments.includes(TreatMissingData)) {
    throw invalid(`TreatMissingData must be one of ${treatments.join(', ')}.`);
  }
  if (MetricName === undefined) return;
  for (const member of ['Namespace', 'Period', 'EvaluationPeriods', 'Threshold', 'ComparisonOperator'] as const) {
    if (input[member] === undefined) throw new AwsError('MissingParameter', `The parameter ${member} is required.`);
  }
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw combination('Exactly one of Statistic and ExtendedStatistic must be specified.');
  }
  const { EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods } = input;
  if (Period === undefined || !(shortPeriods.includes(Period) || Period % 60 === 0)) {
    throw invalid('Period must be 10, 20, 30, or a multiple of 60.');
  }
  if (Period * EvaluationPeriods > (Period < 3600 ? secondsOfADay : secondsOfAWeek)) {
    throw invalid(
      `Metrics cannot be checked across more than ${Period < 3600 ? 'a day' : 'a week'} (EvaluationPeriods * Period).`,
    );
  }
  if (DatapointsToAlarm > EvaluationPeriods) throw invalid('DatapointsToAlarm must not be greater than EvaluationPeriods.');
}
