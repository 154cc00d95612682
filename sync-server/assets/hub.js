// What script adds to the operator's desk: what is shown is kept fresh. Every page works without it.
"use strict";
(() => {
  const part = document.querySelector("#kini[data-live]");
  if (!part || !window.EventSource) return;
  const say = (word) => {
    const told = document.querySelector("#hidup");
    if (told && told.textContent !== told.dataset[word]) told.textContent = told.dataset[word];
  };
  let asking = false, again = false, failed = 0;
  const refresh = async () => {
    if (asking || document.hidden) { again = true; return; }
    asking = true;
    again = false;
    try {
      const answer = await fetch(location.href, { headers: { "x-desk-by-itself": "1" } });
      if (answer.redirected) return location.reload();
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("#kini"), shown = document.querySelector("#kini");
        // Whoever chooses or reads a table is not disturbed.
        const busy = shown.querySelector("select:focus, details[open]");
        if (fresh && !busy && fresh.innerHTML !== told) {
          const at = document.activeElement && shown.contains(document.activeElement) ? place(document.activeElement) : null;
          const left = [...shown.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
          told = fresh.innerHTML;
          // What was chosen and not sent yet stays chosen.
          for (const select of shown.querySelectorAll("select[id]")) {
            const own = fresh.querySelector(`#${select.id}`);
            if (own && [...own.options].some((one) => one.value === select.value)) own.value = select.value;
          }
          shown.replaceChildren(...fresh.childNodes);
          shown.querySelectorAll(".scroll").forEach((one, index) => { one.scrollLeft = left[index] || 0; });
          const back = at && shown.querySelector(at);
          if (back) back.focus({ preventScroll: true });
        }
        say("live");
      }
    } catch {
      say("lost");
    }
    asking = false;
    if (again) refresh();
  };
  let told = part.innerHTML;
  // Where the focus is, so that it stays there.
  const place = (element) => {
    const href = element.getAttribute("href");
    if (!href) return null;
    const kind = element.classList.contains("tile") ? "a.tile" : "a:not(.tile)";
    return `${kind}[href=${JSON.stringify(href)}]`;
  };
  const source = new EventSource("/arus");
  source.onopen = () => { if (failed) refresh(); failed = 0; say("live"); };
  source.onmessage = refresh;
  source.onerror = () => { failed += 1; say("lost"); if (failed > 3) refresh(); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && again) refresh(); });
  // Word to the hub that somebody is there, so that the screen is not locked under his hands.
  let last = Date.now();
  const here = () => {
    if (Date.now() - last < 60000) return;
    last = Date.now();
    fetch("/hadir", { method: "HEAD" }).catch(() => {});
  };
  for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, here, { passive: true });
})();
