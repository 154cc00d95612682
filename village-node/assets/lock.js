// The button that locks the screen.

import { ask } from "./bar.js";
import { cover } from "./cover.js";
import { keepNow } from "./draft.js";
import { $ } from "./page.js";

// A page that the browser kept whole shows what was on it, also if the screen was locked or somebody signed out since: not
// before the program says that it may.
const AGAIN_MILLIS = 1000;
addEventListener("pageshow", async (event) => {
  const main = $("main");
  if (!event.persisted || !main) return;
  main.style.visibility = "hidden";
  let answer = null;
  while (!(answer = await ask("/bilah", { headers: { "x-desk-by-itself": "1" } }))) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
  }
  if (answer.redirected) await cover();
  main.style.visibility = "";
});

const LONGEST_MILLIS = 2000;
const lock = $("form[action='/kunci/sekarang']");
if (lock) {
  lock.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Somebody else may be the next one here: what was typed last is kept while it still can be. A disk that takes its time
    // does not hold up the lock.
    await Promise.race([keepNow(), new Promise((done) => { setTimeout(done, LONGEST_MILLIS); })]);
    if (await ask(lock.action, { method: "POST", body: new URLSearchParams(new FormData(lock)) })) cover();
  });
}
