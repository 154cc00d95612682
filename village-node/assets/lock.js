// The button that locks the screen.

import { ask } from "./bar.js";
import { cover } from "./cover.js";
import { $ } from "./page.js";

// A page that the browser kept whole shows what was on it, also if the screen was locked or somebody signed out since.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  location.reload();
});

const lock = $("form[action='/kunci/sekarang']");
if (lock) {
  lock.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await ask(lock.action, { method: "POST", body: new URLSearchParams(new FormData(lock)) })) cover();
  });
}
