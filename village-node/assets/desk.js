// What script adds to the desk. Every page works without it.

import { $$ } from "./page.js";
import "./lock.js";
import "./bar.js";
import "./sending.js";
import "./sync.js";
import "./files.js";
import "./search.js";
import "./services.js";
import "./form.js";
import "./check.js";
import "./draft.js";
import "./persons.js";
import "./citizen.js";
import "./known_person.js";
import "./anonymous.js";
import "./attach.js";
import "./keys.js";

for (const button of $$("[data-print]")) button.addEventListener("click", () => print());
