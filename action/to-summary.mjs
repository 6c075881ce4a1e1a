/** Text of the service in a table of Markdown: no cell, link or element begins in it. */
const cell = (text) =>
  String(text ?? '')
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|]/g, (character) => `\\${character}`);

/** Outputs, a sentence, and the summary of the job, from what the program wrote. `last`: the end of a watch, or one document. */
export function toSummary({ last, history, url, command }) {
  const run = last?.run ?? last;
  const deployment = last?.run === undefined ? (last?.deployment_id === undefined ? null : last) : last.deployment;
  const name = run?.training_job_name ?? '';
  const status = last?.outcome ?? deployment?.status ?? run?.status ?? '';
  const page = name === '' ? '' : `${url.replace(/\/+$/, '')}/console/runs/${encodeURIComponent(name)}`;
  const reason = deployment?.failure_reason ?? run?.failure_reason ?? null;
  const sentence = name === '' ? `${command} has failed` : `${name} is ${status}${reason === null ? '' : `: ${reason}`}`;
  const good = status === 'deployed' || (status === 'completed' && deployment === null);
  return {
    sentence,
    outputs: { name, 'deployment-id': deployment?.deployment_id ?? '', status, url: page },
    markdown:
      name === '' ? `### ${command} has failed\n` : markdownOf({ good, name, status, reason, page, run, deployment, history }),
  };
}

function markdownOf({ good, name, status, reason, page, run, deployment, history }) {
  const metrics = Object.entries(run?.metrics ?? {});
  return [
    `### ${good ? '✅' : status === 'pending' || status === 'queued' || status === 'training' ? '⏳' : '❌'} ${cell(name)}: ${cell(status)}`,
    '',
    `[In the console](${page})${reason === null ? '' : `: ${cell(reason)}`}`,
    '',
    '| | |',
    '| --- | --- |',
    `| endpoint | ${cell(run?.endpoint_name ?? deployment?.endpoint_name)} |`,
    ...(deployment === null ? [] : [`| deployment | ${cell(deployment.deployment_id)} |`]),
    ...metrics.map(([metric, value]) => `| ${cell(metric)} | ${cell(value)} |`),
    ...(history.length === 0 ? [] : ['', '| at | what | |', '| --- | --- | --- |', ...history.map(rowOf)]),
    '',
  ].join('\n');
}

const rowOf = ({ at, subject, from, to, detail }) =>
  `| ${cell(at)} | ${cell(subject)} | ${cell(from === to ? (detail ?? to) : to)} |`;
