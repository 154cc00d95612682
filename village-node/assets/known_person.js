// A mother, a father, a witness: what earlier records know of them, once their NIK is typed.

import { ask } from "./bar.js";
import { check, note } from "./check.js";
import { keepSoon, tellDraft } from "./draft.js";
import { form } from "./form.js";

// By the field of the NIK: which one was asked for last, and what it filled in.
const last = new WeakMap();
const look = async (nik) => {
  const digits = nik.value.replace(/[\s.-]/g, "");
  const before = last.get(nik) || { digits: "", filled: {} };
  if (!/^\d{16}$/.test(digits) || digits === before.digits) return;
  const now = { digits, filled: {} };
  last.set(nik, now);
  note(nik.name, "");
  const fieldOf = (key) => form.elements[nik.name.replace(/nik$/, key)];
  // What the last NIK filled in, and nobody changed since, is not this one's.
  for (const [key, value] of Object.entries(before.filled)) {
    const field = fieldOf(key);
    if (field && field.value === value) field.value = "";
  }
  const answer = await ask("/warga?orang=" + digits);
  if (!answer || !answer.ok || answer.redirected) { last.delete(nik); return; }
  const known = await answer.json();
  // Typed over, or taken away, meanwhile.
  if (!known || last.get(nik) !== now || !nik.isConnected) return;
  for (const [key, value] of Object.entries(known)) {
    const field = fieldOf(key);
    if (!field || field.value) continue;
    field.value = value;
    now.filled[key] = field.value;
    // Who is there already types over it.
    if (field === document.activeElement) field.select();
  }
  if (!Object.keys(now.filled).length) return;
  note(nik.name, form.dataset.person);
  tellDraft(form.dataset.person);
  keepSoon();
  check();
};

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.name?.endsWith(".nik")) look(event.target);
  });
}
