import { describe, expect, it } from 'vitest';
import { hiddenValue, redactShape, secretMembers } from '../../../src/core/shapes/redact-shape.ts';

const secret = 'hunter2';

describe('redactShape', () => {
  it('hides the values of environment, hyperparameters and arguments, and keeps their names', () => {
    const shown = redactShape({
      RoleArn: 'arn',
      HyperParameters: { epochs: secret },
      Environment: { TOKEN: secret, EMPTY: '' },
      AlgorithmSpecification: { TrainingImage: 'image', ContainerArguments: ['--token', secret], ContainerEntrypoint: [secret] },
      DebugRuleConfigurations: [{ RuleConfigurationName: 'rule', RuleParameters: { a: secret } }],
    });
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toEqual({
      RoleArn: 'arn',
      HyperParameters: { epochs: hiddenValue },
      Environment: { TOKEN: hiddenValue, EMPTY: hiddenValue },
      AlgorithmSpecification: {
        TrainingImage: 'image',
        ContainerArguments: [hiddenValue, hiddenValue],
        ContainerEntrypoint: [hiddenValue],
      },
      DebugRuleConfigurations: [{ RuleConfigurationName: 'rule', RuleParameters: { a: hiddenValue } }],
    });
  });

  it('hides them in every container of a model, whatever their type', () => {
    const model = {
      PrimaryContainer: { Environment: { A: secret } },
      Containers: [{ Environment: secret }, { Environment: { A: { B: secret } } }],
    };
    expect(JSON.stringify(redactShape(model))).not.toContain(secret);
    for (const member of secretMembers) {
      for (const value of [secret, [secret], [[secret]], { a: secret }, { a: [secret] }]) {
        expect(JSON.stringify(redactShape({ Deep: [{ [member]: value }] })), member).not.toContain(secret);
      }
    }
    expect(redactShape({ Environment: null })).toEqual({ Environment: null });
  });

  it('hides the query of an address, which may hold a signature', () => {
    const address = `https://bucket.s3.amazonaws.com/model.tar.gz?X-Amz-Signature=${secret}`;
    expect(redactShape({ PrimaryContainer: { ModelDataUrl: address } })).toEqual({
      PrimaryContainer: { ModelDataUrl: `https://bucket.s3.amazonaws.com/model.tar.gz?${hiddenValue}` },
    });
    expect(redactShape({ ModelDataUrl: 's3://bucket/a?b' })).toEqual({ ModelDataUrl: 's3://bucket/a?b' });
  });

  it('ends at any depth, and takes __proto__ for a name like others', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50)}"${secret}"${'}'.repeat(50)}`) as Record<string, unknown>;
    expect(JSON.stringify(redactShape(deep))).not.toContain(secret);
    const hostile = JSON.parse(`{"__proto__": {"Environment": {"A": "${secret}"}}}`) as Record<string, unknown>;
    expect(JSON.stringify(redactShape(hostile))).toBe(`{"__proto__":{"Environment":{"A":"${hiddenValue}"}}}`);
  });
});
