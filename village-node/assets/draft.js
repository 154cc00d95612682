// Drafts: on this machine's disk about a second after the last key.

import { isCovered } from "./cover.js";
import { body, form, typed } from "./form.js";
import { $, $$ } from "./page.js";
import { isSending } from "./sending.js";

const told = $("#draf-keadaan");
/** Says how the draft stands, or what was done to it. */
export const tellDraft = (text) => { told.textContent = text; };
let keeping, kept = "", sent = "", again = "", mine = false;

// What stands here is not what others have: nothing is kept or sent until somebody chose.
let asked = null;
const choose = (notice) => {
  asked = notice;
  notice.hidden = false;
  told.textContent = "";
};
// Until then it is nowhere else.
addEventListener("beforeunload", (event) => { if (asked) event.preventDefault(); });
const chosen = () => {
  if (asked) asked.hidden = true;
  asked = null;
  form.scrollIntoView({ block: "nearest" });
};

const isKept = () => Boolean(form && form.dataset.draft && !form.dataset.sent && !isSending(form) && !isCovered() && !asked);
/** Keeps what stands in the form, where anything was typed. */
export const keepNow = async () => {
  clearTimeout(keeping);
  if (!isKept()) return;
  const now = typed();
  if (now === kept && !mine) return;
  try {
    const all = body().toString() + (mine ? "&paksa=1" : "");
    mine = false;
    // Browsers send no more than 64 KiB behind a page that is left, and refuse what is larger at once.
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body: new URLSearchParams(all), keepalive: all.length < 60000, headers: { "x-desk-script": "1" },
    });
    if (!answer.ok || answer.redirected) throw new Error("not kept");
    const { kept: at, draft: id, over, record, name, elsewhere, version } = await answer.json();
    const draft = form.elements.draf;
    if (elsewhere) {
      const notice = $("#draf-lain");
      $("span", notice).textContent = elsewhere;
      $("a", notice).href = draft ? location.pathname + "?draf=" + draft.value : location.pathname;
      return choose(notice);
    }
    if (over) {
      // The form was saved, and somebody came back to it: what is typed now is another one. Saved in another window, it is
      // asked for.
      if (now === sent) return;
      const notice = $("#draf-tersimpan");
      if (!sent) {
        $("a", notice).href = record;
        $("a", notice).textContent = name;
      }
      draft.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
      form.elements.versi.value = "";
      if (sent) again = form.dataset.again + " ";
      await keepNow();
      if (!sent) choose(notice);
      return;
    }
    if (version !== undefined) form.elements.versi.value = version;
    kept = now;
    told.textContent = at ? again + form.dataset.kept + " " + at : "";
    if (id) draft.value = id;
    // Loaded again, or in the other language, the page opens what was kept.
    if (at && draft) history.replaceState(null, "", location.pathname + "?draf=" + draft.value);
  } catch {
    told.textContent = form.dataset.unkept;
  }
};

/** The same where the screen is locked already: it is kept for whom it was locked, and nothing comes back. */
export const keepLocked = () => {
  clearTimeout(keeping);
  if (!isKept() || typed() === kept) return;
  fetch(form.dataset.draft, { method: "POST", body: body(), redirect: "manual" }).catch(() => {});
};

/** The same, once nobody typed for a second. */
export const keepSoon = () => {
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, 1000);
};

if (form) {
  form.addEventListener("submit", (event) => {
    if (!asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The question, not its button: the key that was to save, pressed twice, would choose.
    asked.focus();
  }, { capture: true });
  form.addEventListener("submit", () => { sent = typed(); });
  form.addEventListener("input", (event) => { if (event.target.name) keepSoon(); });
  for (const notice of $$("#draf-lain, #draf-tersimpan")) {
    $("button", notice).addEventListener("click", () => {
      mine = notice.id === "draf-lain";
      chosen();
      keepNow();
    });
  }
  if (form.dataset.draft) {
    kept = typed();
    document.addEventListener("visibilitychange", () => { if (document.hidden) keepNow(); });
    addEventListener("pagehide", keepNow);
  }
}
