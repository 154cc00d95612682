// A photo is made small before it is attached, unless the original is wanted; what is too large is said at once.

import { ask } from "./bar.js";
import { $ } from "./page.js";

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
export const prepared = async (file, said) => {
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
