// Services by what is typed.

import { $, $$ } from "./page.js";

const filter = $("#saring");
if (filter) {
  filter.focus();
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of $$(".services li")) {
      const all = item.dataset.words.toLowerCase();
      item.hidden = !words.every((word) => all.includes(word));
    }
    for (const section of $$("main section")) section.hidden = !$("li:not([hidden])", section);
    const none = $("#tak-ada-layanan");
    none.textContent = $(".services li:not([hidden])") ? "" : none.dataset.text;
  });
  filter.addEventListener("keydown", (event) => {
    const first = $(".services li:not([hidden]) a");
    if (event.key === "Enter" && first) location.href = first.href;
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
  });
}
