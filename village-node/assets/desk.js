// What script adds to the desk. Every page works without it.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  for (const part of $$(".scripted")) part.hidden = false;
  for (const part of $$(".unscripted")) part.hidden = true;

  // A locked screen covers the page, and so does the sign-in when the program was started anew. What was being typed waits
  // outside the document, and comes back to whom it belongs.
  let covered = false;
  let keepNow = () => {};
  const uncover = (parts, title) => {
    document.body.replaceChildren(...parts);
    document.title = title;
    covered = false;
    refresh();
    keepNow();
  };
  const pathOf = (answer) => new URL(answer.url).pathname;
  const cover = async () => {
    if (covered) return;
    covered = true;
    const parts = [...document.body.children], title = document.title, at = document.activeElement;
    const clerk = document.body.dataset.clerk;
    const back = () => { uncover(parts, title); at.focus(); };
    // Signed in anew: the forms here get the token of the new session, if it is the same person.
    const returned = async (answer) => {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = $("input[name=form_token]", page);
      if (!token || page.body.dataset.clerk !== clerk) { location.href = "/"; return; }
      for (const part of parts) {
        for (const input of $$("input[name=form_token]", part)) input.value = token.value;
      }
      back();
    };
    const show = async (answer) => {
      if (!answer.ok || !["/kunci", "/masuk"].includes(pathOf(answer))) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = page.title;
      document.body.replaceChildren(...page.body.children);
      const form = $("form[action='/kunci'], form[action='/masuk']");
      // Nothing here leads away from what waits.
      for (const link of $$("main a, header a")) link.removeAttribute("href");
      const name = form.elements.name;
      if (name && !name.value) name.value = clerk;
      $("input[type=password]", form).focus();
      const silent = document.createElement("p");
      silent.className = "problem";
      silent.setAttribute("role", "alert");
      silent.textContent = gone.textContent;
      silent.hidden = true;
      form.before(silent);
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const way = form.getAttribute("action");
        silent.hidden = true;
        try {
          const answer = await fetch(way, { method: "POST", body: new URLSearchParams(new FormData(form)) });
          if (["/kunci", "/masuk"].includes(pathOf(answer))) await show(answer);
          else if (way === "/masuk") await returned(answer);
          else back();
        } catch {
          // The program does not answer: the page that waits has the words for that.
          silent.hidden = false;
        }
      });
    };
    try {
      await show(await fetch("/kunci", { headers: { "x-desk-by-itself": "1" } }));
    } catch {
      covered = false;
    }
  };
  const lock = $("form[action='/kunci/sekarang']");
  if (lock) {
    lock.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await ask(lock.action, { method: "POST", body: new URLSearchParams(new FormData(lock)) })) cover();
    });
  }

  // The state bar, by itself; and word to the node that somebody is there.
  const bar = $("#bilah"), gone = $("#terputus");
  const lost = (is) => {
    bar.classList.toggle("lost", is);
    gone.hidden = !is;
  };
  // What the program answers; nothing where it does not: the page says so then.
  const ask = async (address, how) => {
    try {
      const answer = await fetch(address, how);
      if (bar) lost(false);
      return answer;
    } catch {
      if (bar) lost(true);
      return null;
    }
  };
  let busy = false;
  for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, () => { busy = true; }, { passive: true });
  const refresh = async () => {
    if (!bar || document.hidden || covered) return;
    const headers = busy ? {} : { "x-desk-by-itself": "1" };
    busy = false;
    try {
      const answer = await fetch("/bilah", { headers });
      lost(false);
      if (answer.redirected) cover();
      else if (answer.ok) { bar.innerHTML = await answer.text(); keepNow(); follow(); findFiles(); }
    } catch {
      lost(true);
    }
  };
  if (bar) {
    setInterval(refresh, 5000);
    document.addEventListener("visibilitychange", refresh);
  }

  // A form is sent only while the program is there and knows who sends it: else it stays on the screen with all that is in it.
  const sending = new Set();
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented || !bar || covered || form.method !== "post") return;
    if (sending.has(form)) {
      sending.delete(form);
      form.dataset.sent = "1";
      setTimeout(() => { delete form.dataset.sent; }, 3000);
      return;
    }
    event.preventDefault();
    if (form.dataset.sent) return;
    sending.add(form);
    try {
      const answer = await fetch("/bilah");
      if (answer.redirected) { sending.delete(form); cover(); return; }
      lost(false);
    } catch {
      sending.delete(form);
      lost(true);
      gone.scrollIntoView({ block: "center" });
      return;
    }
    // What is open beside it is kept first.
    if (form.id !== "formulir") await keepNow();
    // The other language of what is shown now, though the address changed since the page was made.
    if (form.getAttribute("action") === "/bahasa") form.elements.di.value = location.pathname + location.search;
    if (sending.has(form)) form.requestSubmit(button);
  });

  // A sync that runs, or a file that moves by itself.
  const progress = $("#kemajuan");
  let following = false;
  const follow = async () => {
    if (!progress || following || !($(".running", progress) || $("#lampiran-berjalan"))) return;
    following = true;
    const answer = await ask("/sinkron/kemajuan", { headers: { "x-desk-by-itself": "1" } });
    following = false;
    // The sync may run on, or be over when the program is back: it is asked again until it says so.
    if (!answer || answer.status >= 500) { setTimeout(follow, 3000); return; }
    if (answer.redirected) { cover(); setTimeout(follow, 3000); return; }
    if (!answer.ok) return;
    progress.innerHTML = await answer.text();
    if ($(".running", progress)) setTimeout(follow, 500);
    else if (!$("#lampiran-berjalan")) refresh();
  };
  if (progress) setTimeout(follow, 300);

  // Where the files of a record are, as long as one is on its way.
  const files = $("#lampiran-daftar[data-moves]");
  const findFiles = async () => {
    if (!files || !("moves" in files.dataset)) return;
    const answer = await ask(files.dataset.places, { headers: { "x-desk-by-itself": "1" } });
    if (!answer || !answer.ok || answer.redirected) return;
    const places = await answer.json();
    for (const { hash, text, at_hub: there } of places) {
      const said = $(`[data-hash="${hash}"]`, files);
      if (!said) continue;
      if (said.textContent !== text) said.textContent = text;
      said.className = there ? "received" : "here";
    }
    if (places.every((place) => place.at_hub)) delete files.dataset.moves;
  };

  for (const button of $$("[data-print]")) button.addEventListener("click", () => print());

  // Results while typing.
  const search = $("#cari");
  if (search) {
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
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 150);
    });
  }

  // Services by what is typed.
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
    });
    filter.addEventListener("keydown", (event) => {
      const first = $(".services li:not([hidden]) a");
      if (event.key === "Enter" && first) location.href = first.href;
      if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    });
  }

  const form = $("#formulir");
  const problems = $("#masalah");
  if (problems) problems.focus();
  if (form) {
    const first = $("[aria-invalid]", form) || $("#cari-warga", form) || $("input:not([type=hidden]), select, textarea", form);
    if (first && !problems) first.focus();
    document.addEventListener("keydown", (event) => {
      if (!covered && ((event.ctrlKey && event.key === "Enter") || event.key === "F9")) {
        event.preventDefault();
        form.requestSubmit($("#simpan"));
      }
    });

    // Checks while typing: only what was left already is told to be wrong.
    const touched = new Set();
    // What somebody emptied stays empty, whatever the NIK tells.
    const edited = new Set();
    for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => edited.add(event.target.name));
    const body = () => new URLSearchParams(new FormData(form));
    const typed = () => { const all = body(); all.delete("form_token"); all.delete("versi"); return all.toString(); };
    const say = (name, text, kind) => {
      const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (!field) return;
      const said = $(".said", field);
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
    const check = async () => {
      if (!form.dataset.check) return;
      const answer = await ask(form.dataset.check, { method: "POST", body: body() });
      if (!answer || !answer.ok || answer.redirected) return;
      const { problems, warnings, suggestions, citizen, lately } = await answer.json();
      offer(citizen);
      tell(lately);
      for (const name of touched) {
        if (problems[name]) say(name, problems[name], "problem");
        else say(name, warnings[name] || "", "warning");
      }
      for (const [name, value] of Object.entries(suggestions)) {
        const input = form.elements[name];
        if (value && input && !input.value && !edited.has(name) && input !== document.activeElement) input.value = value;
      }
    };
    // Who is known by the NIK that was typed, and what was made for them lately.
    let offer = () => {};
    const tell = (lately) => {
      const said = $("#warga-baru-saja");
      if (!said) return;
      said.hidden = !lately;
      if (!lately) return;
      $("span", said).textContent = said.dataset.text;
      $("a", said).textContent = lately.text;
      $("a", said).href = lately.href;
    };
    // Enter goes on to the next field: readers of cards send it behind each number. Saving has keys of its own.
    form.addEventListener("keydown", (event) => {
      const field = event.target;
      if (event.key !== "Enter" || event.ctrlKey || event.isComposing || event.defaultPrevented) return;
      if (!field.matches("input[name]:not([type=file]):not([type=checkbox]), select")) return;
      event.preventDefault();
      const fields = $$("input:not([type=hidden]), select, textarea, #simpan", form).filter((one) => one.offsetParent && !one.disabled);
      const next = fields[fields.indexOf(field) + 1];
      if (next) next.focus();
    });
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
      keepSoon();
    });

    // Drafts: on this machine's disk about a second after the last key.
    const told = $("#draf-keadaan");
    let keeping, kept = "", sent = "", again = "";
    // What stands here is not what others have: nothing is kept or sent until somebody chose.
    let asked = null;
    const choose = (notice) => {
      asked = notice;
      notice.hidden = false;
      told.textContent = "";
      notice.scrollIntoView({ block: "center" });
      $("button", notice).focus();
    };
    const chosen = () => {
      if (asked) asked.hidden = true;
      asked = null;
      form.scrollIntoView({ block: "nearest" });
    };
    form.addEventListener("submit", (event) => {
      if (!asked) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      choose(asked);
    }, { capture: true });
    form.addEventListener("submit", () => { sent = typed(); });
    const keep = async () => {
      clearTimeout(keeping);
      if (!form.dataset.draft || form.dataset.sent || sending.has(form) || covered || asked) return;
      const now = typed();
      if (now === kept && !mine) return;
      try {
        const all = body().toString() + (mine ? "&paksa=1" : "");
        mine = false;
        // Browsers send no more than 64 KiB behind a page that is left, and refuse what is larger at once.
        const answer = await fetch(form.dataset.draft, {
          method: "POST", body: new URLSearchParams(all), keepalive: all.length < 60000, headers: { "x-desk-script": "1" },
        });
        if (!answer.ok || answer.redirected) throw new Error("not kept");
        const { kept: at, draft: id, over, record, name, elsewhere, version } = await answer.json();
        const draft = form.elements.draf;
        if (elsewhere) {
          const notice = $("#draf-lain");
          $("span", notice).textContent = elsewhere;
          $("a", notice).href = draft ? location.pathname + "?draf=" + draft.value : location.pathname;
          return choose(notice);
        }
        if (over) {
          // The form was saved, and somebody came back to it: what is typed now is another one. Saved in another window, it is
          // asked for.
          if (now === sent) return;
          const notice = $("#draf-tersimpan");
          if (!sent) {
            $("a", notice).href = record;
            $("a", notice).textContent = name;
          }
          draft.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
          form.elements.versi.value = "";
          if (sent) again = form.dataset.again + " ";
          await keep();
          if (!sent) choose(notice);
          return;
        }
        if (version !== undefined) form.elements.versi.value = version;
        kept = now;
        told.textContent = at ? again + form.dataset.kept + " " + at : "";
        if (id) draft.value = id;
        // Loaded again, or in the other language, the page opens what was kept.
        if (at && draft) history.replaceState(null, "", location.pathname + "?draf=" + draft.value);
      } catch {
        told.textContent = form.dataset.unkept;
      }
    };
    let mine = false;
    for (const notice of $$("#draf-lain, #draf-tersimpan")) {
      $("button", notice).addEventListener("click", () => {
        mine = notice.id === "draf-lain";
        chosen();
        keep();
      });
    }
    const keepSoon = () => {
      clearTimeout(keeping);
      keeping = setTimeout(keep, 1000);
    };
    if (form.dataset.draft) {
      kept = typed();
      keepNow = keep;
      document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
      addEventListener("pagehide", keep);
    }

    // Further persons.
    for (const list of $$("[data-list]", form)) {
      const add = $(".add", list);
      const rowsOf = () => $$(".row-of-list", list);
      const renumber = (row, before, now) => {
        const old = `${list.dataset.list}[${before}]`, fresh = `${list.dataset.list}[${now}]`;
        for (const part of $$("*", row)) {
          for (const name of ["id", "for", "name", "data-field", "aria-describedby"]) {
            const value = part.getAttribute(name);
            if (value) part.setAttribute(name, value.replace(old, fresh));
          }
        }
        for (const number of $$(".number", row)) number.textContent = String(now + 1);
      };
      const empty = (row) => {
        for (const part of $$("*", row)) {
          if (part.type === "checkbox") part.checked = false;
          else if ("value" in part && part.name) part.value = "";
          part.removeAttribute("aria-invalid");
          part.classList.remove("wrong");
        }
        for (const said of $$(".said", row)) said.textContent = "";
      };
      add.addEventListener("click", () => {
        const rows = rowsOf();
        if (rows.length >= Number(list.dataset.max) || !rows.length) return;
        const last = rows[rows.length - 1];
        const row = last.cloneNode(true);
        renumber(row, rows.length - 1, rows.length);
        empty(row);
        last.after(row);
        $("input", row).focus();
      });
      list.addEventListener("click", (event) => {
        const button = event.target.closest(".remove");
        if (!button) return;
        const rows = rowsOf(), at = rows.indexOf(button.closest(".row-of-list"));
        // One stands ready always.
        if (rows.length === 1) empty(rows[0]);
        else {
          rows[at].remove();
          rows.slice(at + 1).forEach((row, beyond) => renumber(row, at + 1 + beyond, at + beyond));
        }
        const next = rowsOf()[Math.min(at, rowsOf().length - 1)];
        ($("input:not([type=checkbox])", next) || add).focus();
        told.textContent = form.dataset.removed;
        keepSoon();
        check();
      });
    }

    // The citizen, among earlier records.
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
          rest.textContent = ` ${one.nik} · ${one.fields.tgl_lahir || ""} · ${one.fields.dusun || ""}`;
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
        told.textContent = form.dataset.filled;
        keepSoon();
        check();
        const next = $$("input:not([type=hidden]), select, textarea", form).find((input) => input.required && !input.value);
        if (next) next.focus();
      };
      offer = (citizen) => {
        const said = $("#warga-dikenal");
        const has = (name) => form.elements[name] && "value" in form.elements[name];
        const isNew = citizen && Object.entries(citizen.fields).some(([name, value]) => value && has(name) && !form.elements[name].value);
        said.hidden = !isNew;
        if (!isNew) return;
        $("span", said).textContent = `${said.dataset.text} ${citizen.name || "—"}.`;
        $("button", said).onclick = () => { said.hidden = true; take(citizen); };
      };
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
  }

  // A photo is made small before it is attached, unless the original is wanted; what is too large is said at once.
  const smaller = async (file) => {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 2000 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    // A JPEG has nothing that shines through: it would be black.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!made || made.size >= file.size) return file;
    return new File([made], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  };
  // A file that was chosen, as it is to be sent; else why it is not.
  const prepared = async (file, said) => {
    let broken = false;
    if (file.type.startsWith("image/") && !$("#lampiran-asli").checked) {
      const answer = file.size <= 10 * 1024 * 1024 ? await ask("/lampiran/periksa", { method: "POST", body: file }) : null;
      // Damaged, it is attached as it is: made anew, it would look whole.
      const damaged = answer && answer.ok && !answer.redirected && (await answer.json()).damaged;
      try { if (!damaged) file = await smaller(file); } catch {
        // Kinds of pictures that the desk does not take it names itself.
        broken = ["image/jpeg", "image/png"].includes(file.type);
      }
    }
    const why = broken ? said.broken : file.size > 10 * 1024 * 1024 ? said.large : "";
    const refused = $("#lampiran-ditolak");
    refused.hidden = !why;
    refused.textContent = why;
    return why ? null : file;
  };
  // Some papers are needed as they were photographed.
  document.addEventListener("change", (event) => {
    if (event.target.id !== "lampiran-jenis") return;
    const needed = "original" in (event.target.selectedOptions[0] || { dataset: {} }).dataset, box = $("#lampiran-asli");
    box.checked = needed;
    box.disabled = needed;
    $("#lampiran-asli-perlu").hidden = !needed;
  });
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
  // To a form that is not saved yet: as soon as it is chosen. Saving waits for it.
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
      for (const one of $$(".scripted", part)) one.hidden = false;
      for (const one of $$(".unscripted", part)) one.hidden = true;
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
      sends = act();
      await sends;
      sends = null;
      $("#lampiran-keadaan").textContent = "";
    };
    enclosing.addEventListener("change", (event) => {
      const box = event.target;
      if (box.id !== "lampiran-berkas" || !box.files.length || sends) return;
      alone(async () => {
        const file = await prepared(box.files[0], enclosing.dataset);
        if (file) await send(enclosing.dataset.attach, file);
        // Not sent with the form another time.
        if (box.isConnected) box.value = "";
        $("#lampiran-jenis").focus();
      });
    });
    enclosing.addEventListener("click", (event) => {
      const button = event.target.closest("button[formaction]");
      if (!button || sends) return;
      event.preventDefault();
      alone(() => send(button.getAttribute("formaction")));
    });
    form.addEventListener("submit", async (event) => {
      if (!sends) return;
      event.preventDefault();
      const button = event.submitter;
      await sends;
      form.requestSubmit(button);
    }, { capture: true });
  }

  // Keys, where nobody types.
  let before = "";
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.altKey || event.metaKey || covered) return;
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }
    const rows = $$(".row a").map((link) => link.closest(".row")).filter((row) => row.offsetParent);
    const here = rows.indexOf(document.activeElement.closest(".row"));
    const focus = (row) => { if (row) $("a", row).focus(); };
    if (event.key === "/") { event.preventDefault(); ($("#q") || $("#saring") || { focus: () => { location.href = "/berkas"; } }).focus(); }
    else if (event.key === "n") location.href = "/baru";
    else if (event.key === "h" && before === "g") location.href = "/";
    else if (event.key === "j") focus(rows[here + 1] || rows[0]);
    else if (event.key === "k") focus(rows[here - 1] || rows[rows.length - 1]);
    else if (event.key === "Escape" && history.length > 1) history.back();
    before = event.key;
  });
})();
