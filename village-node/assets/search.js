// Results while typing.

import { ask } from "./bar.js";
import { $ } from "./page.js";

const search = $("#cari");
if (search) {
  // The key of the search brought here.
  if (location.hash === "#q") $("#q").focus();
  let timer, last = "";
  const look = async () => {
    const asked = new URLSearchParams(new FormData(search)).toString();
    if (asked === last) return;
    last = asked;
    const answer = await ask("/berkas?" + asked);
    // Asked again with the next key.
    if (!answer) { last = ""; return; }
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asked === last) $("#hasil").replaceWith($("#hasil", page));
    history.replaceState(null, "", "/berkas?" + asked);
  };
  search.addEventListener("input", (event) => {
    clearTimeout(timer);
    // Half a date is none: it is looked up when it is left.
    const digits = event.target.value.replace(/\D/g, "").length;
    if (event.target.matches(".day-field") && digits > 0 && digits < 8) return;
    timer = setTimeout(look, 150);
  });
  search.addEventListener("change", (event) => { if (event.target.matches(".day-field")) look(); });
}
