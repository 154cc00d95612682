// The button that locks the screen.

import { ask } from "./bar.js";
import { cover } from "./cover.js";
import { $ } from "./page.js";

const lock = $("form[action='/kunci/sekarang']");
if (lock) {
  lock.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await ask(lock.action, { method: "POST", body: new URLSearchParams(new FormData(lock)) })) cover();
  });
}
