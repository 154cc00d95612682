// Further persons.

import { check } from "./check.js";
import { keepSoon, tellDraft } from "./draft.js";
import { form } from "./form.js";
import { $, $$ } from "./page.js";

for (const list of form ? $$("[data-list]", form) : []) {
  const add = $(".add", list);
  const rowsOf = () => $$(".row-of-list", list);
  const renumber = (row, before, now) => {
    const old = `${list.dataset.list}[${before}]`, fresh = `${list.dataset.list}[${now}]`;
    for (const part of $$("*", row)) {
      for (const name of ["id", "for", "name", "data-field", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace(old, fresh));
      }
    }
    for (const number of $$(".number", row)) number.textContent = String(now + 1);
  };
  const empty = (row) => {
    for (const part of $$("*", row)) {
      if (part.type === "checkbox") part.checked = false;
      else if ("value" in part && part.name) part.value = "";
      part.removeAttribute("aria-invalid");
      part.classList.remove("wrong");
      delete part.dataset.note;
    }
    for (const said of $$(".said", row)) said.textContent = "";
  };
  add.addEventListener("click", () => {
    const rows = rowsOf();
    if (rows.length >= Number(list.dataset.max) || !rows.length) return;
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    renumber(row, rows.length - 1, rows.length);
    empty(row);
    last.after(row);
    $("input", row).focus();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest(".remove");
    if (!button) return;
    const rows = rowsOf(), at = rows.indexOf(button.closest(".row-of-list"));
    // One stands ready always.
    if (rows.length === 1) empty(rows[0]);
    else {
      rows[at].remove();
      rows.slice(at + 1).forEach((row, beyond) => renumber(row, at + 1 + beyond, at + beyond));
    }
    const next = rowsOf()[Math.min(at, rowsOf().length - 1)];
    ($("input:not([type=checkbox])", next) || add).focus();
    tellDraft(form.dataset.removed);
    keepSoon();
    check();
  });
}
