import { AddTagsCommand, DeleteTagsCommand, ListTagsCommand } from '@aws-sdk/client-sagemaker';
import type { SageMaker } from '../ports/sagemaker.ts';
import { tagList } from './response.ts';
import type { Caller } from './call.ts';

export const tagCalls = (call: Caller, maxWaitMs: number): Pick<SageMaker, 'listTags' | 'addTags' | 'deleteTags'> => ({
  async addTags(arn, tags, options) {
    await call('AddTags', () => new AddTagsCommand({ ResourceArn: arn, Tags: tagList(tags) }), options);
  },

  async deleteTags(arn, keys, options) {
    await call('DeleteTags', () => new DeleteTagsCommand({ ResourceArn: arn, TagKeys: [...keys] }), options);
  },

  /** All pages, within the time of one call. */
  async listTags(arn, options) {
    const endsAt = performance.now() + (options?.maxWaitMs ?? maxWaitMs);
    const tags: Record<string, string> = {};
    let token: string | undefined;
    do {
      const page = await call('ListTags', () => new ListTagsCommand({ ResourceArn: arn, NextToken: token }), {
        ...options,
        maxWaitMs: Math.max(0, endsAt - performance.now()),
      });
      for (const { Key, Value } of page.Tags ?? []) if (Key !== undefined) tags[Key] = Value ?? '';
      token = page.NextToken || undefined;
    } while (token !== undefined);
    return tags;
  },
});
