// A sync that runs, or a file that moves by itself.

import { ask, refresh } from "./bar.js";
import { cover } from "./cover.js";
import { $ } from "./page.js";

const progress = $("#kemajuan");
let following = false;
export const follow = async () => {
  if (!progress || following || !($(".running", progress) || $("#lampiran-berjalan") || $("#sinkron-berjalan"))) return;
  following = true;
  const answer = await ask("/sinkron/kemajuan", { headers: { "x-desk-by-itself": "1" } });
  following = false;
  // The sync may run on, or be over when the program is back: it is asked again until it says so.
  if (!answer || answer.status >= 500) { setTimeout(follow, 3000); return; }
  if (answer.redirected) { cover(); setTimeout(follow, 3000); return; }
  if (!answer.ok) return;
  progress.innerHTML = await answer.text();
  if ($(".running", progress)) setTimeout(follow, 500);
  else if (!$("#lampiran-berjalan") && !$("#sinkron-berjalan")) refresh();
};
if (progress) setTimeout(follow, 300);
