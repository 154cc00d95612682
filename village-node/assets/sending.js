// A form is sent only while the program is there and knows who sends it: else it stays on the screen with all that is in it.

import { bar, lost } from "./bar.js";
import { cover, isCovered } from "./cover.js";
import { keepNow } from "./draft.js";
import { $ } from "./page.js";

const sending = new Set();

/** Whether this form is about to be sent. */
export const isSending = (form) => sending.has(form);

document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  if (event.defaultPrevented || !bar || isCovered() || form.method !== "post") return;
  if (sending.has(form)) {
    sending.delete(form);
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
    return;
  }
  event.preventDefault();
  if (form.dataset.sent) return;
  sending.add(form);
  try {
    const answer = await fetch("/bilah");
    if (answer.redirected) { sending.delete(form); cover(); return; }
    lost(false);
  } catch {
    sending.delete(form);
    lost(true);
    $("#terputus").scrollIntoView({ block: "center" });
    return;
  }
  // What is open beside it is kept first.
  if (form.id !== "formulir") await keepNow();
  // The other language of what is shown now, though the address changed since the page was made.
  if (form.getAttribute("action") === "/bahasa") form.elements.di.value = location.pathname + location.search;
  if (sending.has(form)) form.requestSubmit(button);
});
