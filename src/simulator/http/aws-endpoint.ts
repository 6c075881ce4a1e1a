import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../world.ts';
import { answerCall, type Answer } from './answer-call.ts';
import { AwsError } from './aws-error.ts';
import { readBody, readEnvelope, resourceName, targetOf } from './aws-request.ts';

const jsonType = 'application/x-amz-json-1.1';

interface Reply {
  status: number;
  /** null breaks the connection, or leaves it hanging. */
  body: string | null;
  code: string;
}

/** Answers one request of an AWS client, and logs it. */
export async function answerAws(world: World, request: IncomingMessage, text: string, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const seq = world.calls.nextSeq();
  const at = world.now();
  const faults: string[] = [];
  const operation = targetOf(request.headers);
  let name: string | null = null;
  const reply = await replyTo(async () => {
    const envelope = readEnvelope(request.headers);
    const input = readBody(text);
    name = resourceName(envelope.operation, input);
    return answerCall(world, envelope, name, input, faults);
  }, world);
  const { status, code, body } = reply;
  world.calls.add({ seq, at, operation, name, code, status, requestId, faults });
  world.log.debug({ operation, name, code, status, requestId, faults }, 'call');
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

async function replyTo(answer: () => Promise<Answer>, world: World): Promise<Reply> {
  try {
    const answered = await answer();
    if (answered.kind === 'lost') return { status: 0, body: null, code: 'LOST' };
    if (answered.kind === 'hangs') return { status: 0, body: null, code: 'HANGS' };
    return { status: 200, body: answered.output === null ? '' : JSON.stringify(answered.output), code: 'OK' };
  } catch (error) {
    if (error instanceof AwsError) return { status: error.status, body: error.body, code: error.code };
    if (world.closing.aborted) return { status: 0, body: null, code: 'LOST' };
    world.log.error({ err: error }, 'the stand-in failed');
    const failure = new AwsError('InternalFailure', `The SageMaker stand-in failed: ${String(error)}`, 500);
    return { status: failure.status, body: failure.body, code: failure.code };
  }
}
