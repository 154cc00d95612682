// The state bar, by itself; and word to the node that somebody is there.

import { cover, isCovered } from "./cover.js";
import { keepNow } from "./draft.js";
import { findFiles } from "./files.js";
import { $ } from "./page.js";
import { follow } from "./sync.js";

export const bar = $("#bilah");
const gone = $("#terputus");
/** Whether the program answers, as the page says it. */
export const lost = (is) => {
  bar.classList.toggle("lost", is);
  gone.hidden = !is;
};
// What the program answers; nothing where it does not: the page says so then.
export const ask = async (address, how) => {
  try {
    const answer = await fetch(address, how);
    if (bar) lost(false);
    return answer;
  } catch {
    if (bar) lost(true);
    return null;
  }
};
let busy = false;
for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, () => { busy = true; }, { passive: true });
export const refresh = async () => {
  if (!bar || document.hidden || isCovered()) return;
  const headers = busy ? {} : { "x-desk-by-itself": "1" };
  busy = false;
  try {
    const answer = await fetch("/bilah", { headers });
    lost(false);
    if (answer.redirected) cover();
    else if (answer.ok) { bar.innerHTML = await answer.text(); keepNow(); follow(); findFiles(); }
  } catch {
    lost(true);
  }
};
if (bar) {
  setInterval(refresh, 5000);
  document.addEventListener("visibilitychange", refresh);
}
