/** The service's response: what the function does next, and the fields that it may log. */
export interface ServiceResponse {
  status: number;
  verdict: 'accepted' | 'refused' | 'retry';
  /** Whether it has the form of the service's responses; a proxy's own pages don't. */
  isJson: boolean;
  fields: Readonly<Record<string, string | boolean>>;
}

/** Sending the same again cannot succeed: no such job, not completed or superseded, no such event (the service's contract). */
const refusedStatuses = [404, 409, 422];

const kept = ['code', 'detail', 'accepted', 'reason', 'deployment_id', 'endpoint_name', 'request_id'];
const longestText = 500;

export async function readResponse(response: Response): Promise<ServiceResponse> {
  const body = parse(await response.text());
  const fields = Object.entries(body ?? {}).flatMap(([name, value]): [string, string | boolean][] => {
    if (!kept.includes(name)) return [];
    if (typeof value === 'boolean') return [[name, value]];
    return typeof value === 'string' ? [[name, value.slice(0, longestText)]] : [];
  });
  const { status } = response;
  return {
    status,
    verdict: response.ok ? 'accepted' : refusedStatuses.includes(status) ? 'refused' : 'retry',
    isJson: body !== null,
    fields: Object.fromEntries(fields),
  };
}

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
