// A form: where typing begins, how it is saved, what stands in it.

import { isCovered } from "./cover.js";
import { $, $$ } from "./page.js";

export const form = $("#formulir");
const problems = $("#masalah");
if (problems) problems.focus();
if (form) {
  const first = $("[aria-invalid]", form) || $("#cari-warga", form) || $("input:not([type=hidden]), select, textarea", form);
  if (first && !problems) first.focus();
  document.addEventListener("keydown", (event) => {
    if (!isCovered() && ((event.ctrlKey && event.key === "Enter") || event.key === "F9")) {
      event.preventDefault();
      form.requestSubmit($("#simpan"));
    }
  });

  // Enter goes on to the next field: readers of cards send it behind each number. Saving has keys of its own, and Shift with
  // Enter is for whoever wants a line more.
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.isComposing || event.defaultPrevented) return;
    if (!field.matches("input[name]:not([type=file]):not([type=checkbox]), select, textarea")) return;
    if (event.shiftKey && field.matches("textarea")) return;
    event.preventDefault();
    const fields = $$("input:not([type=hidden]), select, textarea, #simpan", form)
      .filter((one) => one.offsetParent && !one.disabled && !one.closest("details:not([open])"));
    const next = fields[fields.indexOf(field) + 1];
    if (next) next.focus();
  });

  // A reader that sends several lines runs on to the button that saves, and nobody meant to press it: a person's keys come
  // further apart.
  const pause = 300;
  let lastKey = -pause;
  form.addEventListener("keydown", (event) => {
    const presses = event.key === "Enter" || event.key === " ";
    const isRunOn = event.repeat || event.timeStamp - lastKey < pause;
    if (event.target.id === "simpan" && presses && !event.ctrlKey && isRunOn) event.preventDefault();
    // Whoever goes to the button on purpose may press it at once.
    if (event.key === "Tab") lastKey = -pause;
    else if (presses || event.key.length === 1) lastKey = event.timeStamp;
  });
}

/** All that is sent of it. */
export const body = () => new URLSearchParams(new FormData(form));
/** What somebody typed. */
export const typed = () => { const all = body(); all.delete("form_token"); all.delete("versi"); return all.toString(); };
