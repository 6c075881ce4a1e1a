import type { DeploymentStatus } from '../../core/deployment/deployment.ts';
import type { TrainingRunStatus } from '../../core/training/training-run.ts';
import { type Html, html } from '../html.ts';
import { icon, type IconName } from './icon.ts';

/** The color of a status; the style sheet has a pair of text and ground for each. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'wait' | 'idle';

interface Appearance {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

const ofRun: Readonly<Record<TrainingRunStatus, Appearance>> = {
  requested: { tone: 'wait', icon: 'clock', word: 'Requested' },
  training: { tone: 'busy', icon: 'busy', word: 'Training' },
  completed: { tone: 'good', icon: 'check', word: 'Completed' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  stopped: { tone: 'idle', icon: 'stop', word: 'Stopped' },
  timed_out: { tone: 'warn', icon: 'clock', word: 'Timed out' },
};

const ofDeployment: Readonly<Record<DeploymentStatus | 'none', Appearance>> = {
  none: { tone: 'idle', icon: 'dash', word: 'Not deployed' },
  queued: { tone: 'wait', icon: 'clock', word: 'Queued' },
  awaiting_approval: { tone: 'warn', icon: 'person', word: 'Awaiting approval' },
  in_progress: { tone: 'busy', icon: 'busy', word: 'In progress' },
  deployed: { tone: 'good', icon: 'check', word: 'Deployed' },
  rolled_back: { tone: 'bad', icon: 'back', word: 'Rolled back' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  superseded: { tone: 'idle', icon: 'skip', word: 'Superseded' },
  rejected: { tone: 'bad', icon: 'ban', word: 'Rejected' },
};

/** Icon, word and color: none of them says it alone. */
export const chip = ({ tone, icon: name, word }: Appearance): Html =>
  html`<span class="chip ${tone}">${icon(name)}<span>${word}</span></span>`;

export const runChip = (status: TrainingRunStatus): Html => chip(ofRun[status]);
export const deploymentChip = (status: DeploymentStatus | 'none'): Html => chip(ofDeployment[status]);

export const wordOfRun = (status: TrainingRunStatus): string => ofRun[status].word;
export const wordOfDeployment = (status: DeploymentStatus | 'none'): string => ofDeployment[status].word;

/** One deployment as a mark of a row of marks, which has the words for all of them. */
export const deploymentMark = (status: DeploymentStatus): Html => {
  const { tone, icon: name } = ofDeployment[status];
  return html`<span class="mark ${tone}">${icon(name)}</span>`;
};
