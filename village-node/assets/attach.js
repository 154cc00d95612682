// Files that are attached: to a record, or to a form that is not saved yet.

import { ask } from "./bar.js";
import { cover } from "./cover.js";
import { form } from "./form.js";
import { $, pathOf, scripted } from "./page.js";
import { prepared } from "./photo.js";

// To a record: with the button.
const attaching = $("#lampirkan");
if (attaching) {
  let small = false;
  attaching.addEventListener("change", () => { small = false; });
  attaching.addEventListener("submit", async (event) => {
    const box = $("#lampiran-berkas"), button = event.submitter || $("button", attaching);
    if (small || !box.files.length) return;
    event.preventDefault();
    button.disabled = true;
    const file = await prepared(box.files[0], attaching.dataset);
    button.disabled = false;
    if (!file) return;
    const chosen = new DataTransfer();
    chosen.items.add(file);
    box.files = chosen.files;
    // From now on it is sent as every form is: only while the program is there. A form asks for nothing while it is being sent.
    small = true;
    await new Promise((done) => { setTimeout(done); });
    attaching.requestSubmit();
  });
}

// To a form that is not saved yet: as soon as it is chosen, once it was said what it is. Saving waits for it.
const enclosing = $("#lampiran[data-attach]");
if (enclosing && form) {
  let sends = null;
  const shown = async (answer) => {
    // Signed out or locked meanwhile: chosen again when that is over.
    if (["/kunci", "/masuk"].includes(pathOf(answer))) return cover();
    if (!answer.ok) throw new Error("not kept");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = $("#lampiran", page);
    if (!part) throw new Error("another page");
    scripted(part);
    $("details", part).open = true;
    enclosing.replaceChildren(...part.childNodes);
    const apart = $("#sudah-ada", page);
    if (apart) form.before(apart);
    for (const name of ["draf", "versi"]) form.elements[name].value = $(`input[name=${name}]`, page).value;
    kept();
  };
  const kept = () => history.replaceState(null, "", location.pathname + "?draf=" + form.elements.draf.value);
  const send = async (address, file) => {
    const body = new FormData(form);
    if (file) body.set("file", file);
    else body.delete("file");
    const answer = await ask(address, { method: "POST", body });
    if (!answer) return;
    try { await shown(answer); } catch { $("#draf-keadaan").textContent = form.dataset.unkept; }
  };
  const alone = async (act) => {
    const told = $("#lampiran-keadaan");
    told.textContent = told.dataset.sends;
    $("#lampirkan-ini").hidden = true;
    sends = act();
    await sends;
    sends = null;
    $("#lampiran-keadaan").textContent = "";
  };
  const attach = (box) => alone(async () => {
    const file = await prepared(box.files[0], enclosing.dataset);
    if (file) await send(enclosing.dataset.attach, file);
    // Not sent with the form another time.
    if (box.isConnected) box.value = "";
    $("#lampiran-jenis").focus();
  });
  const wait = (is) => {
    const told = $("#lampiran-keadaan");
    told.textContent = is ? told.dataset.choose : "";
    $("#lampirkan-ini").hidden = !is;
  };
  enclosing.addEventListener("change", (event) => {
    const box = event.target;
    if (box.id !== "lampiran-berkas" || sends) return;
    const kind = $("#lampiran-jenis");
    if (!box.files.length || kind.value || kind.options.length < 2) {
      wait(false);
      if (box.files.length) attach(box);
      return;
    }
    // What it is was not said yet, and cannot be later: a button attaches it.
    wait(true);
    kind.focus({ preventScroll: true });
    $("#lampirkan-ini").scrollIntoView({ block: "nearest" });
  });
  enclosing.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction]");
    if (!button || sends) return;
    event.preventDefault();
    const box = $("#lampiran-berkas");
    if (!button.closest("#lampirkan-ini")) alone(() => send(button.getAttribute("formaction")));
    else if (box.files.length) attach(box);
  });
  form.addEventListener("submit", async (event) => {
    if (!sends) return;
    event.preventDefault();
    const button = event.submitter;
    await sends;
    form.requestSubmit(button);
  }, { capture: true });
}
