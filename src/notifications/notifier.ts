import type { lookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Proxies } from '../config/config.ts';
import { retryAfterMs, type TryResult } from '../core/delivery/decide-notification.ts';
import { withLinks } from '../core/delivery/link-base.ts';
import type { PrivateAddresses } from '../core/delivery/notify-url.ts';
import { notificationTiming } from '../core/timing.ts';
import type { Notifier } from '../ports/notifier.ts';
import { allowedLookup, checkUrl, hostOf, isLoopbackHost } from './allowed-addresses.ts';
import { post } from './post.ts';
import { reasonOf } from './reason.ts';
import { signatureOf } from './signature.ts';

export interface NotifierOptions {
  privateAddresses: PrivateAddresses;
  /** The value of a variable of the environment, now; null where there is none. */
  secretOf: (variable: string) => string | null;
  /** As for calls of AWS. A proxy finds the receiver's address itself, and is what keeps private ones from it. */
  proxies: Proxies;
  /** What links begin with: PUBLIC_URL, or BASE_PATH where there is none. */
  linkBase: string;
  /** Of this service. */
  version: string;
  /** How long one try may take. */
  tryMs?: number;
  /** The resolver of names. */
  resolve?: typeof lookup;
}

/** Sends notifications as Standard Webhooks says (docs/reference/webhook-behavior.md#what-is-sent). */
export function createNotifier(options: NotifierOptions): Notifier {
  const { privateAddresses, secretOf, proxies, version, tryMs = notificationTiming.tryMs } = options;
  const addresses = allowedLookup(privateAddresses, options.resolve);
  const direct = { http: new HttpAgent(), https: new HttpsAgent() };
  const proxyEnv = { ...proxies };
  const proxied = { http: new HttpAgent({ proxyEnv }), https: new HttpsAgent({ proxyEnv }) };

  return {
    async send({ webhookId, url: address, secretEnv, body: recorded }, { now, signal }): Promise<TryResult> {
      const timeout = AbortSignal.timeout(tryMs);
      try {
        const url = new URL(address);
        const body = withLinks(recorded, options.linkBase);
        checkUrl(url, privateAddresses);
        const { http, https } = isLoopbackHost(hostOf(url)) ? direct : proxied;
        const signature = secretEnv === null ? {} : signatureOf({ secretEnv, secretOf, webhookId, body, now });
        const { status, retryAfter } = await post({
          url,
          headers: {
            'content-type': 'application/json',
            'user-agent': `sagemaker-autodeploy/${version}`,
            'webhook-id': webhookId,
            'webhook-timestamp': String(Math.floor(now / 1000)),
            ...signature,
          },
          body,
          agent: url.protocol === 'https:' ? https : http,
          lookup: addresses,
          signal: AbortSignal.any([signal, timeout]),
        });
        return { kind: 'response', status, retryAfterMs: retryAfterMs(retryAfter, now) };
      } catch (error) {
        signal.throwIfAborted();
        const reason = timeout.aborted ? `The receiver did not respond within ${tryMs / 1000} s.` : reasonOf(error);
        return { kind: 'no_response', reason };
      }
    },
  };
}
