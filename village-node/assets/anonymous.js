// A citizen who stays unknown: what the form needs of them then, and one button that clears what was typed of them.

import { check, touch } from "./check.js";
import { keepSoon } from "./draft.js";
import { form } from "./form.js";
import { $ } from "./page.js";

const clear = form && $("#kosongkan-warga", form);
if (clear) {
  const { asked, citizen, required, optional, blank } = clear.dataset;
  const choice = form.elements[asked];
  const inputs = citizen.split(" ").map((name) => form.elements[name]).filter(Boolean);
  const needed = new Set(required.split(" "));
  const filled = () => inputs.filter((input) => input.value);
  const show = () => {
    const isUnknown = choice.value === "ya";
    for (const input of inputs) {
      input.required = !isUnknown && needed.has(input.name);
      const label = input.labels[0];
      let hint = $(".hint", label);
      const text = isUnknown ? blank : needed.has(input.name) ? "" : optional;
      if (!hint && text) {
        hint = document.createElement("span");
        hint.className = "hint";
        label.append(" ", hint);
      }
      if (hint) hint.textContent = text;
    }
    clear.hidden = !isUnknown || !filled().length;
  };
  for (const kind of ["input", "change"]) form.addEventListener(kind, show);
  choice.addEventListener("change", () => {
    touch(filled().map((input) => input.name));
    check();
  });
  $("button", clear).addEventListener("click", () => {
    const known = filled();
    for (const input of known) input.value = "";
    // What was said of them is over.
    touch(known.map((input) => input.name));
    // The button goes with what it cleared.
    choice.focus();
    show();
    keepSoon();
    check();
  });
  show();
}
