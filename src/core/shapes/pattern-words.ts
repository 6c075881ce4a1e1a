/** The model's patterns that callers meet most. A new one is shown as it is. */
const words: Readonly<Record<string, string>> = {
  '.*': 'must have no line breaks',
  '.+': 'must be one line of text',
  '[\\S]+': 'must have no white space',
  '\\d+K': 'must be a number of thousands such as 8K',
  '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}': 'must be at most 63 letters, digits and inner hyphens',
  '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}': 'must be at most 120 letters, digits and inner hyphens',
  '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?': 'must be letters, digits and inner hyphens',
  '[A-Za-z0-9\\.\\-_]+': 'must be letters, digits, and the characters . - _',
  '[-0-9a-zA-Z]+': 'must be letters, digits and hyphens, such as subnet-0abc or sg-0abc',
  '[a-zA-Z_][a-zA-Z0-9_]*': 'must be letters, digits and underscores, and begin with no digit',
  '(https|s3)://([^/]+)/?(.*)': 'must be an address such as s3://bucket/prefix',
  '(https|s3)://([^/])/?(.*)': 'must be an address such as s3://bucket/prefix',
  '[a-zA-Z0-9:/_-]*': 'must be the id, ARN or alias of a KMS key',
  'ml\\.[a-z0-9-]+\\.[a-z0-9-]+': 'must be an instance type such as ml.m5.xlarge',
  '(fs-[0-9a-f]{8,})': 'must be the id of a file system such as fs-0123abcd',
  'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+':
    'must be the ARN of a role such as arn:aws:iam::111122223333:role/NAME',
  'arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+': 'must be the ARN of an SNS topic',
  'arn:[a-zA-Z0-9\\-]+:lambda:[a-zA-Z0-9\\-]+:[0-9]{12}:function:.*': 'must be the ARN of a Lambda function',
  '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)': 'must be letters, digits, spaces, and the characters _ . : / = + - @',
};

/** Returns what a text that breaks the pattern must be, as words that continue its field. */
export const inWords = (pattern: string): string => words[pattern] ?? `must match ${pattern}`;
