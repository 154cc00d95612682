// What is found on the page.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Writes what is not written there already: what is written anew is read out anew. */
export const write = (part, text) => { if (part.textContent !== text) part.textContent = text; };

/** Where an answer came from in the end. */
export const pathOf = (answer) => new URL(answer.url).pathname;

/** Shows what script serves, and hides what stands in for it. */
export const scripted = (root = document) => {
  for (const part of $$(".scripted", root)) part.hidden = false;
  for (const part of $$(".unscripted", root)) part.hidden = true;
};

// Before anything of it is to have the focus.
scripted();
