import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { InvokeOutput } from '../actions/invoke-endpoint.ts';
import { AwsError } from '../aws-error.ts';
import type { SimulatorContext } from '../context.ts';
import type { Service } from '../operations.ts';
import { type AwsRequest, readEnvelope, readInput, readOperation, readService, resourceName } from './aws-request.ts';
import { handleCall, type Outcome } from './handle-call.ts';
import { errorHeaders, protocols } from './services.ts';

interface Reply {
  status: number;
  /** null breaks the connection, or leaves it hanging. */
  body: string | null;
  code: string;
  headers?: OutgoingHttpHeaders;
}

/** Handles one request of an AWS client, and logs it. */
export async function handleAws(context: SimulatorContext, request: AwsRequest, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const seq = context.calls.nextSeq();
  const at = context.now();
  const faults: string[] = [];
  const operation = readOperation(request);
  const service = readService(request);
  let name: string | null = null;
  const reply = await replyTo(
    async () => {
      const envelope = readEnvelope(request);
      const input = readInput(request);
      name = resourceName(envelope.operation, input);
      return handleCall(context, envelope, name, input, faults);
    },
    context,
    service,
  );
  const { status, code, body, headers } = reply;
  context.calls.add({ seq, at, operation, name, code, status, requestId, faults }, request.text);
  context.log.debug({ operation, name, code, status, requestId, faults }, 'call');
  if (body !== null) {
    response.writeHead(status, {
      'content-type': protocols[service].contentType,
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': requestId,
      ...headers,
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
    const { output } = outcome;
    if (service === 'sagemaker-runtime') {
      const { body, headers } = output as InvokeOutput;
      return { status: 200, body, code: 'OK', headers };
    }
    return { status: 200, body: output === null ? '' : JSON.stringify(output), code: 'OK' };
  } catch (error) {
    if (error instanceof AwsError) return refusal(error, service);
    if (context.closing.aborted) return { status: 0, body: null, code: 'LOST' };
    context.log.error({ err: error }, 'internal error of the simulator');
    return refusal(new AwsError('InternalFailure', `The SageMaker simulator failed: ${String(error)}`, 500), service);
  }
}

/** CloudWatch calls it ValidationError, as its query protocol does, and the runtime says throttling with a 429. */
function refusal(error: AwsError, service: Service): Reply {
  const code = error.code === 'ValidationException' && service === 'cloudwatch' ? 'ValidationError' : error.code;
  const status = error.code === 'ThrottlingException' && service === 'sagemaker-runtime' ? 429 : error.status;
  const said = new AwsError(code, error.message, status, error.members);
  return { status, body: said.toBody(service), code, headers: errorHeaders(service, said) };
}
