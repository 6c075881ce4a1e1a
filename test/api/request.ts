import { expect } from 'vitest';
import type { ProblemBody } from '../../src/api/schemas/problem.ts';

export interface ApiResponse<Body = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON of the body; null for any other body. */
  body: Body;
}

export interface RequestedCall {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string | ReadableStream;
}

export type Ask = <Body = unknown>(method: string, path: string, requested?: RequestedCall) => Promise<ApiResponse<Body>>;

/** Sends requests to one address over HTTP. Redirects are not followed. */
export const requesting =
  (url: string): Ask =>
  async <Body>(method: string, path: string, { headers = {}, json, raw }: RequestedCall = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? raw : JSON.stringify(json),
      ...(raw instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : null) as Body,
    };
  };

/** Expects an RFC 9457 problem with this status and code, and returns its body, without the places of what is wrong in a body. */
export function expectProblem(response: ApiResponse, status: number, code: string): ProblemBody {
  const requestId = response.headers.get('x-request-id');
  expect(response.body, response.text).toEqual({
    type: expect.stringMatching(new RegExp(`^(/[\\w/-]+)?/docs/problems#${code}$`)),
    instance: `urn:sagemaker-autodeploy:request:${requestId}`,
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    code,
    request_id: requestId,
    ...(code === 'invalid_request' ? { errors: expect.any(Array) } : {}),
    ...(code === 'not_ready' ? { checks: expect.any(Object) } : {}),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  if (status === 503 || status === 429) expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  const body = response.body as ProblemBody;
  for (const { pointer = '#' } of body.errors ?? []) expect(pointer).toMatch(/^#(\/\S*)?$/);
  return { ...body, ...(body.errors && { errors: body.errors.map(({ field, detail }) => ({ field, detail })) }) };
}
