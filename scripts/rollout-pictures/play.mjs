import { setTimeout as wait } from 'node:timers/promises';

const everyMs = 150;
const withinMs = 300_000;

/**
 * Plays one rollout and records it. Returns `samples`, each with its `minute` from the request of the update on, in which the phase, the
 * share of the traffic or what the deployment waits for has changed; `alarmMinute`, when an alarm went off, or null; `endMinute`; and the
 * deployment's `status` at its end. @throws when it ends otherwise than it is to.
 */
export async function playRollout({ url, control }, { endpoint, errs, ends }, secondsPerMinute) {
  const first = await deployed(url, `${endpoint}-1`, endpoint);
  if (first.status !== 'deployed')
    throw new Error(`${endpoint}: the first deployment is ${first.status}: ${first.failure_reason}`);
  const next = `${endpoint}-2`;
  if (errs) await request(new URL(`models/${next}/behavior`, control), 'POST', { status: 500, share: 1 });
  const seen = [];
  const last = await deployed(url, next, endpoint, (deployment) => seen.push({ at: Date.now(), ...deployment }));
  if (last.status !== ends) throw new Error(`${endpoint}: ${last.status}: ${last.failure_reason}`);
  const began = Date.parse(last.deploy_requested_at);
  const minute = (at) => Math.max(0, (at - began) / 1000 / secondsPerMinute);
  const alarmedAt = last.rollout.alarms.find(({ alarmed_at: at }) => at !== null)?.alarmed_at ?? null;
  return {
    samples: changesOf(seen.filter(({ at, rollout }) => at >= began && rollout?.phase)).map((one) => ({
      minute: minute(one.at),
      phase: one.rollout.phase,
      trafficPercent: one.rollout.traffic_percent ?? 0,
      waitsFor: one.waits_for?.kind ?? null,
    })),
    alarmMinute: alarmedAt === null ? null : minute(Date.parse(alarmedAt)),
    endMinute: minute(Date.parse(last.finished_at)),
    status: last.status,
  };
}

/** The first of each run of the same. */
function changesOf(seen) {
  const shown = ({ rollout }) => `${rollout.phase} ${rollout.traffic_percent}`;
  return seen.filter((one, index) => index === 0 || shown(one) !== shown(seen[index - 1]));
}

/** Trains and resolves with the deployment at its end; calls `see` with what the API shows until then. */
async function deployed(url, name, endpoint, see = () => {}) {
  const body = { training_job_name: name, endpoint_name: endpoint };
  await request(`${url}/bootstrap?auto_deploy=true`, 'POST', body);
  for (const endsAt = Date.now() + withinMs; Date.now() < endsAt; await wait(everyMs)) {
    const { items } = await request(`${url}/deployments?training_job_name=${name}`);
    const [deployment] = items;
    if (deployment === undefined) continue;
    see(deployment);
    if (deployment.finished_at !== null) return deployment;
  }
  throw new Error(`${name} was not over within ${withinMs / 1000} s`);
}

async function request(url, method = 'GET', body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
