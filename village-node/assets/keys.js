// Keys, where nobody types.

import { isCovered } from "./cover.js";
import { $, $$ } from "./page.js";

let before = "";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.altKey || event.metaKey || isCovered()) return;
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  // In a form that is filled in, a letter too many is no wish to leave it.
  if (event.key !== "Escape" && event.target.closest("#formulir, #draf-lain, #draf-tersimpan")) return;
  const rows = $$(".row a").map((link) => link.closest(".row")).filter((row) => row.offsetParent);
  const here = rows.indexOf(document.activeElement.closest(".row"));
  const focus = (row) => { if (row) $("a", row).focus(); };
  if (event.key === "/") { event.preventDefault(); ($("#q") || $("#saring") || { focus: () => { location.href = "/berkas#q"; } }).focus(); }
  else if (event.key === "n") location.href = "/baru";
  else if (event.key === "h" && before === "g") location.href = "/";
  else if (event.key === "j") focus(rows[here + 1] || rows[0]);
  else if (event.key === "k") focus(rows[here - 1] || rows[rows.length - 1]);
  else if (event.key === "Escape" && history.length > 1) history.back();
  before = event.key;
});
