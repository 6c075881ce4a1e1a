/**
 * What links in the outbox begin with. A store does not know where people reach the service; the sender does, and puts PUBLIC_URL or
 * BASE_PATH in its place.
 */
export const linkBase = 'autodeploy:link-base';

const slackLink = new RegExp(`<${linkBase}[^|>]*\\|([^>]*)>`, 'g');

/**
 * The body with its links as people reach them. `base`: PUBLIC_URL, or BASE_PATH where there is none; a message for Slack, which takes no
 * paths, has no links then.
 */
export function withLinks(body: string, base: string): string {
  const isAddress = /^https?:\/\//.test(base);
  return (isAddress ? body : withoutSlackLinks(body)).replaceAll(linkBase, base.replace(/\/+$/, ''));
}

function withoutSlackLinks(body: string): string {
  if (!body.startsWith('{"text"')) return body;
  const { blocks, ...message } = JSON.parse(body) as { blocks: { type: string }[] };
  const left = blocks.filter(({ type }) => type !== 'actions');
  return JSON.stringify({ ...message, blocks: left }).replaceAll(slackLink, '$1');
}
