// The citizen, among earlier records.

import { ask } from "./bar.js";
import { check, stay, touch, whenKnown } from "./check.js";
import { keepSoon, tellDraft } from "./draft.js";
import { form } from "./form.js";
import { $, $$, write } from "./page.js";

const box = $("#cari-warga");
const options = $("#warga-daftar");
const digits = (text) => text.replace(/[\s.-]/g, "");
/** The field that words belong into of whom nobody knows; none where they are neither a whole NIK nor a name. */
const fieldOf = (words) => {
  if (/^\d{16}$/.test(digits(words))) return "nik";
  return /\d/.test(words) ? "" : "nama";
};
if (box) {
  // Whom the answer names, to which words it is the answer, and who of them is pointed to.
  let found = [], answered = null, chosen = -1, timer, asked = "";
  const told = $("#warga-keadaan");
  const tell = (text) => {
    told.textContent = text;
    $("#warga-hint").hidden = Boolean(text);
  };
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
  const close = () => { found = []; answered = null; chosen = -1; show(); tell(""); };
  const finish = () => { clearTimeout(timer); asked = box.value = ""; close(); };
  const clearSection = () => {
    for (const input of $$("input:not([type=hidden]), select, textarea", box.closest("section"))) {
      if (input.name) input.value = "";
    }
  };
  const goOn = () => {
    const next = $$("input:not([type=hidden]), select, textarea", form).find((input) => input.required && !input.value);
    if (next) next.focus();
  };
  // Nothing is taken over of a citizen who stays unknown.
  const staysUnknown = () => {
    const unknown = $("#kosongkan-warga", form);
    return unknown && form.elements[unknown.dataset.asked].value === "ya";
  };
  // What the last choice filled in, and nobody changed since, is not the next one's.
  let filled = {};
  // Who was chosen, until all that is known of them is filled in.
  let awaited = "";
  const take = (one) => {
    finish();
    if (staysUnknown()) return;
    // Another citizen than the one who stands there: nothing of that one stays.
    const nik = form.elements.nik;
    if (nik && nik.value && digits(nik.value) !== digits(one.nik)) clearSection();
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
    awaited = one.nik;
    tellDraft(form.dataset.filled);
    keepSoon();
    check();
    goOn();
  };
  // What the latest record leaves blank and earlier ones tell.
  const complete = ({ fields }) => {
    const at = document.activeElement;
    let isAtFilled = false;
    for (const [name, value] of Object.entries(fields)) {
      const input = form.elements[name];
      if (!input || !value || input.value) continue;
      input.value = value;
      filled[name] = input.value;
      isAtFilled ||= input === at;
    }
    if (isAtFilled) goOn();
    keepSoon();
  };
  whenKnown((citizen) => {
    if (citizen && digits(form.elements.nik.value) !== digits(citizen.nik)) citizen = null;
    const said = $("#warga-dikenal");
    const isAwaited = citizen && citizen.nik === awaited;
    if (citizen) awaited = "";
    if (isAwaited) complete(citizen);
    const has = (name) => form.elements[name] && "value" in form.elements[name];
    const isNew = citizen && Object.entries(citizen.fields).some(([name, value]) => value && has(name) && !form.elements[name].value);
    said.hidden = !isNew || isAwaited;
    if (said.hidden) return;
    write($("span", said), `${said.dataset.text} ${citizen.name || "—"}.`);
    $("button", said).onclick = () => { said.hidden = true; take(citizen); };
    stay();
  });
  // Nobody is known by these words: they go where they belong, as if they were typed there.
  const carry = (words) => {
    const name = fieldOf(words), input = form.elements[name];
    if (!input || staysUnknown()) return;
    if (input.value && input.value === filled[name]) {
      clearSection();
      filled = {};
    } else if (input.value && input.value !== words) {
      finish();
      input.focus();
      input.select();
      return tell(told.dataset.other);
    }
    finish();
    input.value = words;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    touch([name]);
    check();
    goOn();
  };
  const look = async () => {
    asked = box.value.trim();
    if (asked.length < 2) return close();
    const now = asked;
    const answer = await ask("/warga?q=" + encodeURIComponent(now));
    if (!answer || !answer.ok || answer.redirected) return;
    const all = await answer.json();
    if (now !== asked || box !== document.activeElement) return;
    found = all;
    answered = now;
    // Of several, nobody is the one before somebody says so.
    chosen = found.length === 1 ? 0 : -1;
    show();
    if (found.length) tell(found.length > 1 ? told.dataset.several : "");
    else tell(told.dataset[fieldOf(now) || "none"]);
  };
  // By the answer to what stands there now, be it still to come.
  const enter = async () => {
    clearTimeout(timer);
    const words = box.value.trim();
    if (words.length < 2) return;
    if (answered !== words) await look();
    if (answered !== words || box.value.trim() !== words) return;
    if (found[chosen]) take(found[chosen]);
    else if (!found.length) carry(words);
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length) chosen = chosen < 0 && step < 0 ? found.length - 1 : (chosen + step + found.length) % found.length;
      show();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.isComposing) {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape" && found.length) {
      event.stopPropagation();
      close();
    }
  });
}
