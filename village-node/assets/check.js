// Checks while typing: only what was left already is told to be wrong.

import { ask } from "./bar.js";
import { body, form } from "./form.js";
import { $, write } from "./page.js";

const touched = new Set();
// What somebody emptied stays empty, whatever the NIK tells.
const edited = new Set();
// Fields that nobody left and of which something odd was told, by the page as it came among them.
const warned = new Set();
for (const said of form?.querySelectorAll(".warning") ?? []) {
  const field = said.closest("[data-field]");
  if (field) warned.add(field.dataset.field);
}
const say = (name, text, kind) => {
  const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!field) return;
  const said = $(".said", field);
  if (!text && field.dataset.note) [text, kind] = [field.dataset.note, "note"];
  said.textContent = "";
  field.classList.toggle("wrong", kind === "problem");
  const input = $("input, select, textarea", field);
  if (kind === "problem") input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (!text) return;
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  said.append(span);
};
/** Says of a field what holds until something is wrong with it. */
export const note = (name, text) => {
  const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!field) return;
  field.dataset.note = text;
  if (!field.classList.contains("wrong")) say(name, "", "note");
};
let latest = 0;
/** Says what is wrong. */
export const check = async () => {
  if (!form.dataset.check) return;
  const turn = ++latest;
  const answer = await ask(form.dataset.check, { method: "POST", body: body() });
  if (!answer || !answer.ok || answer.redirected) return;
  const { problems, warnings, suggestions, citizen, lately } = await answer.json();
  // What stood there when it was asked may be somebody else.
  if (turn !== latest) return;
  offer(citizen);
  tell(lately);
  for (const name of touched) {
    if (problems[name]) say(name, problems[name], "problem");
    else say(name, warnings[name] || "", "warning");
  }
  // What is odd is told of fields, too, that nobody left: they were filled in for somebody.
  for (const name of [...warned, ...Object.keys(warnings)]) {
    if (touched.has(name) || problems[name] || name === document.activeElement.name) continue;
    say(name, warnings[name] || "", "warning");
    warned.add(name);
  }
  for (const [name, value] of Object.entries(suggestions)) {
    const input = form.elements[name];
    if (value && input && !input.value && !edited.has(name) && input !== document.activeElement) input.value = value;
  }
};
/** Fields that are told of though nobody left them. */
export const touch = (names) => { for (const name of names) touched.add(name); };
/** Keeps the field that is typed into in sight where something came above it. */
export const stay = () => {
  const at = document.activeElement;
  if (at !== form && form.contains(at)) at.scrollIntoView({ block: "nearest" });
};
// Who is known by the NIK that was typed, and what was made for them lately.
let offer = () => {};
/** Whoever offers to fill in a citizen. */
export const whenKnown = (act) => { offer = act; };
const tell = (lately) => {
  const said = $("#warga-baru-saja");
  if (!said) return;
  const isNew = said.hidden && lately;
  said.hidden = !lately;
  if (!lately) return;
  write($("span", said), said.dataset.text);
  write($("a", said), lately.text);
  $("a", said).href = lately.href;
  if (isNew) stay();
};

if (form) {
  for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => edited.add(event.target.name));
  let checking;
  form.addEventListener("focusout", (event) => {
    if (!event.target.name || event.target.name === "form_token") return;
    if (event.target.value || touched.has(event.target.name)) touched.add(event.target.name);
    clearTimeout(checking);
    checking = setTimeout(check, 150);
  });
  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    clearTimeout(checking);
    checking = setTimeout(check, 600);
  });
}
