/** What a link in a notification opens: without a key, for one deployment and what it would deploy, until the approval expires. */
import { createRoute, z } from '@hono/zod-openapi';
import { byLink } from '../../core/deployment/decide-approval.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ApprovalLink } from '../../ports/approval-links.ts';
import { decideDeployment } from '../../services/delivery/decide-deployment.ts';
import { readApproval } from '../../services/delivery/read-approval.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext, Routes } from '../env.ts';
import { approvalPage, type ApprovalState, invalidLinkPage } from '../pages/approval-page.ts';
import { approvalHeaders } from '../pages/approval-style.ts';
import { approvalView, stateOf } from '../pages/approval-view.ts';
import { ApiError, invalidRequest } from '../problems/api-error.ts';
import { openProblems } from '../problems/openapi.ts';
import type { ProblemStatus } from '../problems/table.ts';
import { toApiError } from '../problems/to-api-error.ts';
import { toFieldIssues } from '../problems/validation-issues.ts';
import { ApprovalFormSchema } from '../schemas/approval-form.ts';
import { formBody } from '../schemas/json-body.ts';
import { needsNoKey } from './security.ts';

const params = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) });
const body = formBody('ApprovalForm', { example: { decision: 'approve', name: 'Ana', reason: 'better on the French test set' } });
const html = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });

const show = createRoute({
  method: 'get',
  path: '/approvals/{token}',
  operationId: 'showApproval',
  tags: ['deployment'],
  security: needsNoKey,
  summary: 'The page of an approval link: it decides nothing, since programs open the links of messages',
  request: { params },
  responses: { 200: html('The page'), ...openProblems('bad_request', 'not_found', 'expired', 'database_unavailable') },
});

const decide = createRoute({
  method: 'post',
  path: '/approvals/{token}',
  operationId: 'decideApproval',
  tags: ['deployment'],
  security: needsNoKey,
  summary: 'Decide by an approval link, with the form of its page',
  request: { params, body },
  responses: {
    200: html('The page, with the decision'),
    ...openProblems(
      'bad_request',
      'cross_site_request',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
      'not_found',
      'expired',
      'already_decided',
      'not_awaiting_approval',
      'self_approval',
      'database_unavailable',
    ),
  },
});

export function approvalRoutes(routes: Routes, { ctx, approvalLinks }: ApiDeps): void {
  routes.openAPIRegistry.register('ApprovalForm', ApprovalFormSchema);

  /** @throws {ApiError} `not_found` for a token that is none of this service's. */
  const verify = async (token: string): Promise<ApprovalLink> => {
    const verified = await approvalLinks.verify(token, ctx.now());
    if (verified.kind === 'invalid') throw new ApiError('not_found', 'The link is not valid');
    // Whether its time is over is for the row of the deployment to say.
    return verified.link;
  };

  const page = async (
    c: ApiContext,
    link: ApprovalLink,
    status: 200 | ProblemStatus,
    state?: ApprovalState,
  ): Promise<Response> => {
    const details = await readApproval(ctx, link);
    return respond(c, approvalPage(approvalView(details, link, state ?? stateOf(details, link, ctx.now()))), status);
  };

  routes.openapi(show, async (c) => {
    try {
      const link = await verify(c.req.valid('param').token);
      const { kind } = stateOf(await readApproval(ctx, link), link, ctx.now());
      const isOver = kind === 'expired' || kind === 'void';
      if (isOver && !wantsPage(c))
        throw new ApiError('expired', 'The time to decide is over, or something else is to be decided');
      return await page(c, link, isOver ? 410 : 200);
    } catch (error) {
      return refused(c, error);
    }
  });

  routes.openapi(decide, async (c) => {
    let link: ApprovalLink | null = null;
    try {
      link = await verify(c.req.valid('param').token);
      const { deploymentId, content } = link;
      const { decision, name, reason } = readForm(c);
      const wanted = { approves: decision === 'approve', by: byLink(name), reason, content };
      await decideDeployment(ctx, { deploymentId, decision: wanted });
      return await page(c, link, 200);
    } catch (error) {
      const { status, code, message } = toApiError(error);
      const isOfForm = code === 'invalid_request' || code === 'self_approval';
      if (link === null || !wantsPage(c) || status >= 500) return refused(c, error);
      return page(c, link, status, isOfForm ? { kind: 'pending', error: message, ...writtenIn(c) } : undefined);
    }
  });
}

const wantsPage = (c: ApiContext): boolean => /\btext\/html\b/.test(c.req.header('accept') ?? '');

/** A person sees a page, a program a problem. */
function refused(c: ApiContext, error: unknown): Response | Promise<Response> {
  const isUnknown = (error instanceof ApiError || error instanceof ServiceError) && error.code === 'not_found';
  if (!isUnknown || !wantsPage(c)) throw error;
  return respond(c, invalidLinkPage(), 404);
}

function respond(
  c: ApiContext,
  content: ReturnType<typeof invalidLinkPage>,
  status: 200 | ProblemStatus,
): Response | Promise<Response> {
  for (const [name, value] of Object.entries(approvalHeaders)) c.header(name, value);
  return c.html(content, status);
}

const formContentType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** @throws {ApiError} for what is no such form. */
function readForm(c: ApiContext) {
  if (!formContentType.test(c.req.header('content-type') ?? ''))
    throw new ApiError('unsupported_media_type', 'Send the form as application/x-www-form-urlencoded');
  const fields = fieldsOf(c);
  const twice = [...new Set(fields.keys())].filter((name) => fields.getAll(name).length > 1);
  if (twice.length > 0)
    throw invalidRequest(twice.map((field) => ({ field, detail: 'is given more than once; send one value' })));
  const result = ApprovalFormSchema.safeParse(Object.fromEntries(fields));
  if (!result.success) throw invalidRequest(toFieldIssues(result.error, 'body'));
  return result.data;
}

const fieldsOf = (c: ApiContext): URLSearchParams => new URLSearchParams(c.get('body')?.toString('utf8') ?? '');

/** So that a person writes it once. */
function writtenIn(c: ApiContext): { decision?: 'approve' | 'reject'; name: string; reason: string } {
  const fields = fieldsOf(c);
  const decision = (['approve', 'reject'] as const).find((one) => one === fields.get('decision'));
  return { decision, name: fields.get('name') ?? '', reason: fields.get('reason') ?? '' };
}
