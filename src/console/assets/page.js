// @ts-check
/* What the other files have in common. */

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement[]} */
export const all = (selector, within = document) =>
  [...within.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);

/** Read aloud where the reader has that, at the next pause. @param {string} text */
export const announce = (text) => {
  const place = document.getElementById('announcer');
  if (place !== null && text !== '') place.textContent = text;
};
