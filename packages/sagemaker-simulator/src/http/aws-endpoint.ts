import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatorContext } from '../context.ts';
import { handleCall, type Outcome } from './handle-call.ts';
import { AwsError } from '../aws-error.ts';
import { readBody, readEnvelope, readService, resourceName, readTarget } from './aws-request.ts';
import type { Service } from '../operations.ts';

const jsonType = 'application/x-amz-json-1.1';

interface Reply {
  status: number;
  /** null breaks the connection, or leaves it hanging. */
  body: string | null;
  code: string;
}

/** Handles one request of an AWS client, and logs it. */
export async function handleAws(
  context: SimulatorContext,
  request: IncomingMessage,
  text: string,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const seq = context.calls.nextSeq();
  const at = context.now();
  const faults: string[] = [];
  const operation = readTarget(request.headers);
  let name: string | null = null;
  const reply = await replyTo(
    async () => {
      const envelope = readEnvelope(request.headers);
      const input = readBody(text);
      name = resourceName(envelope.operation, input);
      return handleCall(context, envelope, name, input, faults);
    },
    context,
    readService(request.headers),
  );
  const { status, code, body } = reply;
  context.calls.add({ seq, at, operation, name, code, status, requestId, faults }, text);
  context.log.debug({ operation, name, code, status, requestId, faults }, 'call');
  if (body !== null) {
    response.writeHead(status, {
      'content-type': jsonType,
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': requestId,
    });
    response.end(body);
  } else if (code === 'LOST') {
    response.destroy();
  }
}

async function replyTo(handle: () => Promise<Outcome>, context: SimulatorContext, service: Service): Promise<Reply> {
  try {
    const outcome = await handle();
    if (outcome.kind === 'lost') return { status: 0, body: null, code: 'LOST' };
    if (outcome.kind === 'hangs') return { status: 0, body: null, code: 'HANGS' };
    return { status: 200, body: outcome.output === null ? '' : JSON.stringify(outcome.output), code: 'OK' };
  } catch (error) {
    if (error instanceof AwsError) return { status: error.status, body: error.toBody(service), code: error.code };
    if (context.closing.aborted) return { status: 0, body: null, code: 'LOST' };
    context.log.error({ err: error }, 'internal error of the simulator');
    const failure = new AwsError('InternalFailure', `The SageMaker simulator failed: ${String(error)}`, 500);
    return { status: failure.status, body: failure.toBody(service), code: failure.code };
  }
}
