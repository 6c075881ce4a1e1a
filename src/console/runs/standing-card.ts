/** Where a run stands, and what can be done about it. */
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { FailureKind } from '../../core/failure-kind.ts';
import { type ConsoleLinks, consoleLinks } from '../../core/sagemaker/console-links.ts';
import { inText } from '../../core/timeline/words.ts';
import type { RunView } from '../../ports/store.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { actLink } from '../parts/names.ts';
import { allowedActs } from './allowed-acts.ts';
import type { RunPageView } from './run-view.ts';
import { wordsHtml } from './words-html.ts';

const cardTones = { good: 'good', active: 'busy', waiting: 'wait', decision: 'warn', bad: 'bad', neutral: 'idle' } as const;

export function standingCard(frame: Frame, { run, standing, deployments, live }: RunPageView): Html {
  const [deployment = null] = deployments;
  const isLive = live !== null && live.deploymentId === deployment?.deploymentId;
  const acts = allowedActs(frame, { run, deployment, isLive });
  const log = logOf(run, deployment);
  return html`<div class="standing ${cardTones[standing.tone]}">
    <p class="words">${wordsHtml(frame, standing.words)}</p>
    ${standing.next === null ? '' : html`<p class="soft">${wordsHtml(frame, standing.next)}</p>`}
    <p class="unseen" data-announce>${inText(standing.words).replaceAll(/ since [\d-]+ [\d:]+ UTC/g, '')}</p>
    ${acts.length === 0 && log === null ? '' : html`<p class="actions">${acts.map(({ path, word }) => actLink(frame, path, word))}${log === null ? '' : html`<a class="button" href="${log}" rel="external noreferrer">Log in CloudWatch</a>`}</p>`}
  </div>`;
}

/** Where to read why it failed; null where that is no matter of a log. */
function logOf(run: RunView, deployment: Deployment | null): string | null {
  const links = linksOf(run);
  if (links === null) return null;
  if (run.status === 'failed' || run.status === 'timed_out') return links.logs;
  const hasFailed = deployment?.status === 'failed' || deployment?.status === 'rolled_back';
  return hasFailed && isOfContainer(deployment.failureKind) ? links.endpointLogs : null;
}

const isOfContainer = (kind: FailureKind | null): boolean =>
  kind === 'health_check' || kind === 'alarm' || kind === 'verification' || kind === 'algorithm' || kind === 'other';

export const linksOf = ({
  trainingJobArn: arn,
  trainingJobName,
  endpointName,
  modelArtifact: artifact,
}: RunView): ConsoleLinks | null => (arn === null ? null : consoleLinks({ arn, trainingJobName, endpointName, artifact }));
