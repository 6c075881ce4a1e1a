import type { RunView } from '../../ports/store.ts';
import { type Frame, may } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { commandLine } from '../parts/copy.ts';

/** The same from a shell: by curl, and by the command-line program. */
export function commandsOf(frame: Frame, { trainingJobName: name }: Pick<RunView, 'trainingJobName'>): Html {
  const key = frame.hasKeys ? ` -H "Authorization: Bearer $AUTODEPLOY_API_KEY"` : '';
  const quoted = (path: string): string => `'${frame.serviceUrl.replaceAll("'", '')}${path}'`;
  const lines = [
    { what: 'Read it', curl: `curl -s${key} ${quoted(`/training-jobs/${name}`)}`, own: `autodeploy run ${name}` },
    {
      what: 'Follow it',
      curl: `curl -N${key} -H 'Accept: text/event-stream' ${quoted(`/history?training_job_name=${name}`)}`,
      own: `autodeploy watch ${name}`,
    },
    ...(may(frame, 'operate')
      ? [
          {
            what: 'Deploy it',
            curl: `curl -X POST${key} ${quoted(`/deploy/${name}`)}`,
            own: `autodeploy deploy ${name} --watch`,
          },
          {
            what: 'Stop it',
            curl: `curl -X POST${key} ${quoted(`/training-jobs/${name}/stop`)}`,
            own: `autodeploy stop ${name}`,
          },
        ]
      : []),
  ];
  return html`<section class="section" aria-labelledby="commands">
    <h2 id="commands">From a shell</h2>
    <details>
      <summary>Commands</summary>
      ${lines.map(
        ({ what, curl, own }) =>
          html`<h3>${what}</h3>
            ${commandLine(curl, `the curl command: ${what}`)}${commandLine(own, `the command: ${what}`)}`,
      )}
    </details>
  </section>`;
}
