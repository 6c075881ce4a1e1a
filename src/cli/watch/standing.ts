import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import { factsOfDeploymentView, factsOfRunView } from '../../core/timeline/facts-of-view.ts';
import type { Tone as StandingTone } from '../../core/timeline/standing.ts';
import { whereItStands } from '../../core/timeline/where-it-stands.ts';
import { inText } from '../../core/timeline/words.ts';
import type { Tone } from '../terminal/style.ts';

/** Where a run stands, in a sentence, and what happens next or what to try. */
export interface ShownStanding {
  tone: Tone;
  sentence: string;
  next: string | null;
  /** Whether it says more than the steps that are shown: it waits, or it is over. */
  isNews: boolean;
}

const tones: Record<StandingTone, Tone> = {
  good: 'good',
  active: 'busy',
  waiting: 'warn',
  decision: 'warn',
  bad: 'bad',
  neutral: 'quiet',
};

export function standingOf(run: TrainingRunBody, deployment: DeploymentBody | null): ShownStanding {
  const facts = { run: factsOfRunView(run), deployment: deployment === null ? null : factsOfDeploymentView(deployment) };
  const { tone, words, next } = whereItStands(facts);
  const command = deployment?.status === 'awaiting_approval' ? ` \`autodeploy approve ${deployment.deployment_id}\`` : '';
  return {
    tone: tones[tone],
    sentence: inText(words),
    next: next === null ? null : `${inText(next)}${command}`,
    isNews: (tone !== 'active' && run.status !== 'requested') || deployment?.waits_for != null,
  };
}
