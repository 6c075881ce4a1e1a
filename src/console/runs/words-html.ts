import type { Words } from '../../core/timeline/words.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { endpointLink, runLink } from '../parts/names.ts';
import { clock } from '../parts/time.ts';

/** A sentence whose instants are in the reader's zone, and whose names are links. */
export const wordsHtml = (frame: Frame, words: Words): Html =>
  html`${words.map((word) => {
    if (typeof word === 'string') return word;
    if ('at' in word) return clock(frame, word.at);
    return 'endpoint' in word ? endpointLink(frame, word.endpoint) : runLink(frame, word.training);
  })}`;
