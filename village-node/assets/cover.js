// A locked screen covers the page, and so does the sign-in when the program was started anew. What was being typed waits
// outside the document, and comes back to whom it belongs.

import { refresh } from "./bar.js";
import { keepLocked, keepNow } from "./draft.js";
import { $, $$, pathOf } from "./page.js";

// Before anything covers it.
const gone = $("#terputus");
let covered = false;

/** Whether it covers the page now. */
export const isCovered = () => covered;

const uncover = (parts, title) => {
  document.body.replaceChildren(...parts);
  document.title = title;
  covered = false;
  refresh();
  keepNow();
};
export const cover = async () => {
  if (covered) return;
  keepLocked();
  covered = true;
  const parts = [...document.body.children], title = document.title, at = document.activeElement;
  const clerk = document.body.dataset.clerk;
  const back = () => { uncover(parts, title); at.focus(); };
  // Signed in anew: the forms here get the token of the new session, if it is the same person.
  const returned = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = $("input[name=form_token]", page);
    if (!token || page.body.dataset.clerk !== clerk) { location.href = "/"; return; }
    for (const part of parts) {
      for (const input of $$("input[name=form_token]", part)) input.value = token.value;
    }
    back();
  };
  const show = async (answer) => {
    if (!answer.ok || !["/kunci", "/masuk"].includes(pathOf(answer))) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.body.replaceChildren(...page.body.children);
    const form = $("form[action='/kunci'], form[action='/masuk']");
    // Nothing here leads away from what waits.
    for (const link of $$("main a, header a")) link.removeAttribute("href");
    const name = form.elements.name;
    if (name && !name.value) name.value = clerk;
    $("input[type=password]", form).focus();
    const silent = document.createElement("p");
    silent.className = "problem";
    silent.setAttribute("role", "alert");
    silent.textContent = gone.textContent;
    silent.hidden = true;
    form.before(silent);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const way = form.getAttribute("action");
      silent.hidden = true;
      try {
        const answer = await fetch(way, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        if (["/kunci", "/masuk"].includes(pathOf(answer))) await show(answer);
        else if (way === "/masuk") await returned(answer);
        else back();
      } catch {
        // The program does not answer: the page that waits has the words for that.
        silent.hidden = false;
      }
    });
  };
  try {
    await show(await fetch("/kunci", { headers: { "x-desk-by-itself": "1" } }));
  } catch {
    covered = false;
  }
};
