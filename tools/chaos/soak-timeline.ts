import type { Effect } from 'sagemaker-simulator';
import type { InterceptedMessage } from './intercepted-message.ts';
import type { Finding } from './endpoint-timeline.ts';
import type { Injected } from './soak-faults.ts';
import type { DeploymentRecord, HistoryRecord } from './soak-records.ts';

/** A call about an endpoint, and the process that sent it. */
export interface SeenCall extends Pick<InterceptedMessage, 'process' | 'what' | 'when' | 'text'> {
  at: number;
}

export interface Evidence {
  effects: readonly Effect[];
  injected: readonly Injected[];
  calls: readonly SeenCall[];
  deployments: readonly DeploymentRecord[];
  history: (endpoint: string) => Promise<HistoryRecord[]>;
}

const beforeMs = 20_000;
const afterMs = 5000;
const longest = 180;

const isObservation = (what: string): boolean => what.startsWith('Describe');

function formatCall({ what, when, text }: SeenCall): string {
  if (!isObservation(what)) return `${what} ${when === 'before' ? 'sent' : 'returned'} ${text.replace('\n', ' → ')}`;
  const seen = /"(EndpointStatus|EndpointConfigName|message)":"([^"]+)/g;
  const shown = [...(text.split('\n')[1] ?? '').matchAll(seen)].map(([, , value = '']) => value);
  return `${what} saw ${shown.join(', ')}`;
}

/** Everything known about the time around a finding, in order. */
export async function timelineFor({ what, endpoint, at }: Finding, evidence: Evidence): Promise<string> {
  if (endpoint === null || at === null) return what;
  const { effects, injected, calls, deployments, history } = evidence;
  const lines: { at: number; line: string }[] = [
    ...effects
      .filter(({ name }) => name === endpoint)
      .map((one) => ({ at: one.at, line: `SageMaker  ${one.kind} ${JSON.stringify(one.detail ?? {})}` })),
    ...injected.flatMap(({ name, from, to }) => [
      { at: from, line: `fault      ${name}` },
      ...(to === null || to - from < 100 ? [] : [{ at: to, line: `fault      ${name}: over` }]),
    ]),
    ...calls
      .filter((one) => one.text.includes(`"${endpoint}"`) && !(isObservation(one.what) && one.when === 'before'))
      .map((one) => ({ at: one.at, line: `${one.process}   ${formatCall(one)}` })),
    ...(await history(endpoint)).map((one) => ({
      at: one.at,
      line: `record     ${one.trainingJobName}${one.attempt === null ? '' : ` #${one.attempt}`} ${one.subject} ${one.from ?? ''} → ${one.to} by ${one.actor} ${one.detail ?? ''}`,
    })),
    ...deployments
      .filter((one) => one.endpointName === endpoint && one.startedAt !== null)
      .map((one) => ({
        at: one.startedAt ?? 0,
        line: `record     deployment ${one.attempts} of ${one.trainingJobName} begins (${one.trigger}${one.forced ? ', forced' : ''})`,
      })),
  ];
  const reported = lines
    .filter((one) => one.at >= at - beforeMs && one.at <= at + afterMs)
    .toSorted((a, b) => a.at - b.at)
    .map((one) => `  ${new Date(one.at).toISOString().slice(11, 23)} ${one.at === at ? '>' : ' '} ${one.line.slice(0, longest)}`);
  return [`${what}, ${new Date(at).toISOString()}`, ...reported].join('\n');
}
