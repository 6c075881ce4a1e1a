import { describe, expect, it, test } from 'vitest';
import { redactForeignValues, redactUserValues } from '../../src/sagemaker/redact.ts';
import { connect, failure, job } from './harness.ts';

const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
const token = 'hf_AbCdEf0123456789';
const sentence = 'correct horse battery';
const address = 'postgres://svc:hunter2pass@db.internal/ml';
const json = '{"user":"svc","password":"swordfish-and-more"}';
const many = 'Member must have length less than or equal to 512';

interface Case {
  hyperparameters?: Record<string, string>;
  environment?: Record<string, string>;
  says: string;
  shown: string;
}

const cases: Record<string, Case> = {
  'one value of an environment': {
    environment: { TOKEN: token },
    says: `1 validation error detected: Value '${token}' at 'environment.TOKEN' failed to satisfy constraint: ${many}`,
    shown: `1 validation error detected: Value '…' at 'environment.TOKEN' failed to satisfy constraint: ${many}`,
  },
  'a value over several lines': {
    environment: { KEY: pem },
    says: `1 validation error detected: Value '{KEY=${pem}, MODE=fast}' at 'environment' failed to satisfy constraint: Map value must satisfy constraint: [${many}]`,
    shown: `1 validation error detected: Value '…' at 'environment' failed to satisfy constraint: Map value must satisfy constraint: [${many}]`,
  },
  'several violations, of which others keep their values': {
    hyperparameters: { license: pem },
    says: `3 validation errors detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*; Value '{license=${pem}, epochs=3}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2500]; Value '0' at 'resourceConfig.instanceCount' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    shown:
      "3 validation errors detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*; Value '…' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2500]; Value '0' at 'resourceConfig.instanceCount' failed to satisfy constraint: Member must have value greater than or equal to 1",
  },
  'a short value in its place': {
    environment: { PIN: '4711' },
    says: `1 validation error detected: Value '4711' at 'environment.PIN' failed to satisfy constraint: Member must have length greater than or equal to 6`,
    shown:
      "1 validation error detected: Value '…' at 'environment.PIN' failed to satisfy constraint: Member must have length greater than or equal to 6",
  },
  'the serving environment, whose values are not ours': {
    says: 'Environment variable map cannot be specified both at Model Package {SAGEMAKER_PROGRAM=inference.py, KEY={"a": {"b": 1}}} and Model {ENDPOINT_NAME=mine}.',
    shown: 'Environment variable map cannot be specified both at Model Package {…} and Model {…}.',
  },
  'a map that was cut off': {
    environment: { TOKEN: token },
    says: `Value '{TOKEN=${token.slice(0, 12)}`,
    shown: "Value '{…}",
  },
  'one line of it': {
    environment: { KEY: pem },
    says: 'AlgorithmError: ValueError: could not read hkiG9w0BAQEFAASC, exit code: 1',
    shown: 'AlgorithmError: ValueError: could not read …, exit code: 1',
  },
  'its lines joined by spaces': {
    environment: { KEY: pem },
    says: `AlgorithmError: bad key ${pem.replaceAll('\n', ' ')}here`,
    shown: 'AlgorithmError: bad key … here',
  },
  'its lines indented again': {
    environment: { KEY: pem },
    says: `AlgorithmError: bad key\r\n    ${pem.replaceAll('\n', '\r\n    ')}`,
    shown: 'AlgorithmError: bad key … ',
  },
  'as JSON writes it': {
    environment: { KEY: pem },
    says: `AlgorithmError: config was {"KEY": ${JSON.stringify(pem)}}`,
    shown: 'AlgorithmError: config was {"KEY": "…"}',
  },
  'as Python shows it': {
    hyperparameters: { note: "it's a\nsecret-note" },
    says: String.raw`AlgorithmError: KeyError: 'it\'s a\nsecret-note'`,
    shown: "AlgorithmError: KeyError: '…'",
  },
  'in an address': {
    hyperparameters: { phrase: sentence },
    says: `AlgorithmError: 404 for https://host/?q=${encodeURIComponent(sentence)}`,
    shown: 'AlgorithmError: 404 for https://host/?q=…',
  },
  'the password of an address': {
    environment: { DATABASE: address },
    says: 'AlgorithmError: authentication failed for svc with hunter2pass',
    shown: 'AlgorithmError: authentication failed for svc with …',
  },
  'a string of a JSON value': {
    hyperparameters: { config: json },
    says: 'AlgorithmError: login failed: swordfish-and-more',
    shown: 'AlgorithmError: login failed: …',
  },
  'what the container was called with': {
    hyperparameters: { token, epochs: '3' },
    says: `AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nCommand "/usr/bin/python3 train.py --epochs 3 --token ${token}"`,
    shown: 'AlgorithmError: ExecuteUserScriptError: ExitCode 1 Command "/usr/bin/python3 train.py --epochs 3 --token …"',
  },
  'cut off by an ellipsis': {
    environment: { TOKEN: token },
    says: `Value '${token.slice(0, 9)}...' is too long; Value '${token.slice(0, 10)}…' too`,
    shown: "Value '……' is too long; Value '……' too".replaceAll("'……' is", "'…...' is"),
  },
  'with quotes in it': {
    environment: { PHRASE: 'say "friend" and enter' },
    says: 'AlgorithmError: say "friend" and enter is wrong, so is "say \\"friend\\" and enter"',
    shown: 'AlgorithmError: … is wrong, so is "…"',
  },
  'cut off at the end of the text': {
    environment: { KEY: pem },
    says: `AlgorithmError: bad key ${pem.slice(0, 41)}`,
    shown: 'AlgorithmError: bad key …',
  },
  'cut off at the beginning of the text': {
    environment: { TOKEN: token },
    says: `${token.slice(-9)} was refused`,
    shown: '… was refused',
  },
  'a short value after its name': {
    environment: { PIN: '12', MODE: 'fast' },
    says: 'AlgorithmError: PIN=12 and "MODE": "fast" of 12 tries, as fast as can be',
    shown: 'AlgorithmError: PIN=… and "MODE": "…" of 12 tries, as fast as can be',
  },
  'a short value that is no word, alone': {
    environment: { PIN: '4711', STAGE: 'prod' },
    says: 'AlgorithmError: 4711 is wrong in prod, 47110 is not',
    shown: 'AlgorithmError: … is wrong in prod, 47110 is not',
  },
};

describe('what SageMaker says, without our values', () => {
  it.each(Object.entries(cases))('%s', (_, { hyperparameters = {}, environment = {}, says, shown }) => {
    expect(redactUserValues({ hyperparameters, environment })(says)).toBe(shown);
  });

  it.each([
    'Could not find training job "arn:aws:sagemaker:us-east-1:1:training-job/job".',
    "The account-level service limit 'ml.p3 for training job usage' is 0 Instances, with current utilization of 0 Instances",
    'AlgorithmError: exit code: 1\n  File "train.py", line 3, in <module>\n    epochs = 3',
  ])('leaves as it is what has none in it: %j', (says) => {
    const values = { hyperparameters: { epochs: '3', input: 's3://bucket/train' }, environment: { MODE: 'fast', LEVEL: '1' } };
    expect(redactUserValues(values)(says)).toBe(says);
    expect(redactForeignValues(says)).toBe(says);
  });

  it('takes no more than a moment for values and texts as long as they may be', () => {
    const value = (index: number): string => `${index} ${'a b=c/d"e\' '.repeat(220)}`.slice(0, 2500);
    const hyperparameters = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`h${index}`, value(index)]));
    const environment = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`E${index}`, value(index).slice(0, 512)]));
    const says = `Value '{${Object.entries(hyperparameters).join(', ')}}' at 'hyperParameters' ${"Value ' {a=".repeat(2000)}`;
    const startedAt = performance.now();
    redactUserValues({ hyperparameters, environment })(says);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

test('a refused start keeps its reason in full, on one line, and no value', async () => {
  const { sagemaker, simulator } = await connect();
  const message = `2 validation errors detected: Value '{KEY=${pem}}' at 'environment' failed to satisfy constraint: ${many};\nValue '0' at 'resourceConfig.instanceCount' failed`;
  simulator.addFault({ kind: 'error', status: 400, code: 'ValidationException', message });
  const refused = await failure(sagemaker.createTrainingJob(job('job', { Environment: { KEY: pem } })));
  expect(refused.message).toBe(
    `2 validation errors detected: Value '…' at 'environment' failed to satisfy constraint: ${many}; Value '0' at 'resourceConfig.instanceCount' failed`,
  );
  expect(refused.cause).toBeUndefined();
});

test('a very long refusal is cut after it was gone over, not before', async () => {
  const { sagemaker, simulator } = await connect();
  const message = `${'x'.repeat(1010)} ${token} and more`;
  simulator.addFault({ kind: 'error', status: 400, code: 'ValidationException', message });
  const refused = await failure(sagemaker.createTrainingJob(job('job', { Environment: { KEY: token } })));
  expect(refused.message).toBe(`${'x'.repeat(1010)} … and more`);
  simulator.addFault({ kind: 'error', status: 400, code: 'ValidationException', message: 'y'.repeat(5000) });
  expect((await failure(sagemaker.describeModel('m'))).message).toBe(`${'y'.repeat(1023)}…`);
});

test('the reason of a failed training is without the values of its request', async () => {
  const { sagemaker, simulator, clock } = await connect();
  simulator.addFault({ kind: 'fail_training', reason: `AlgorithmError: bad key ${pem}` });
  await sagemaker.createTrainingJob(job('job', { Environment: { KEY: pem } }));
  clock.advance(1000);
  const { status, failureReason } = await sagemaker.describeTrainingJob('job');
  expect([status, failureReason]).toEqual(['Failed', 'AlgorithmError: bad key … ']);
});
