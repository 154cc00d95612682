// The citizen, among earlier records.

import { ask } from "./bar.js";
import { check, whenKnown } from "./check.js";
import { keepSoon, tellDraft } from "./draft.js";
import { form } from "./form.js";
import { $, $$ } from "./page.js";

const box = $("#cari-warga");
const options = $("#warga-daftar");
if (box) {
  let found = [], chosen = -1, timer, asked = "";
  const show = () => {
    options.replaceChildren(...found.map((one, index) => {
      const item = document.createElement("li");
      item.id = "warga-" + index;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === chosen));
      const name = document.createElement("bdi");
      name.textContent = one.name || "—";
      const rest = document.createElement("span");
      rest.className = "hint";
      rest.textContent = ` ${[one.nik, one.fields.tgl_lahir, one.fields.dusun].filter(Boolean).join(" · ")}`;
      item.append(name, rest);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(one); });
      return item;
    }));
    options.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    if (chosen >= 0) box.setAttribute("aria-activedescendant", "warga-" + chosen);
    else box.removeAttribute("aria-activedescendant");
  };
  // What the last choice filled in, and nobody changed since, is not the next one's.
  let filled = {};
  const take = (one) => {
    // Nothing is taken over of a citizen who stays unknown.
    const unknown = $("#kosongkan-warga", form);
    if (unknown && form.elements[unknown.dataset.asked].value === "ya") { found = []; chosen = -1; box.value = ""; show(); return; }
    // Another citizen than the one who stands there: nothing of that one stays.
    const nik = form.elements.nik, digits = (text) => text.replace(/\D/g, "");
    if (nik && nik.value && digits(nik.value) !== digits(one.nik)) {
      for (const input of $$("input:not([type=hidden]), select, textarea", box.closest("section"))) {
        if (input.name) input.value = "";
      }
    }
    for (const [name, value] of Object.entries(filled)) {
      const input = form.elements[name];
      if (input && input.value === value && !(name in one.fields)) input.value = "";
    }
    filled = {};
    for (const [name, value] of Object.entries(one.fields)) {
      const input = form.elements[name];
      if (!input) continue;
      input.value = value;
      filled[name] = input.value;
    }
    found = []; chosen = -1; box.value = "";
    show();
    tellDraft(form.dataset.filled);
    keepSoon();
    check();
    const next = $$("input:not([type=hidden]), select, textarea", form).find((input) => input.required && !input.value);
    if (next) next.focus();
  };
  whenKnown((citizen) => {
    const said = $("#warga-dikenal");
    const has = (name) => form.elements[name] && "value" in form.elements[name];
    const isNew = citizen && Object.entries(citizen.fields).some(([name, value]) => value && has(name) && !form.elements[name].value);
    said.hidden = !isNew;
    if (!isNew) return;
    $("span", said).textContent = `${said.dataset.text} ${citizen.name || "—"}.`;
    $("button", said).onclick = () => { said.hidden = true; take(citizen); };
  });
  const look = async () => {
    asked = box.value.trim();
    if (asked.length < 2) { found = []; chosen = -1; return show(); }
    const now = asked;
    const answer = await ask("/warga?q=" + encodeURIComponent(now));
    if (!answer || !answer.ok || answer.redirected || now !== asked) return;
    found = await answer.json();
    chosen = found.length ? 0 : -1;
    show();
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
  box.addEventListener("blur", () => { found = []; show(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length) chosen = (chosen + step + found.length) % found.length;
      show();
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      if (found[chosen]) take(found[chosen]);
    } else if (event.key === "Escape" && found.length) {
      event.stopPropagation();
      found = []; show();
    }
  });
}
