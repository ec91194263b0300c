// Sending a file, with how far it is, and a place to drop one.
import { Refused } from "./api.js";
import { h } from "./dom.js";
import { t } from "./words.js";

/** Sends `file`; `told(share)` is called with 0 to 1. Gives what was answered. */
export function sendFile(method, path, file, type, told = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("content-type", type);
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onerror = () => reject(new Refused(0, { code: "network" }));
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = { detail: request.responseText };
      }
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else reject(new Refused(request.status, answer));
    };
    request.send(file);
  });
}

/** A place to drop a file, and a button for those who choose one. `taken(file)` gets it. */
export function dropZone({ id, label, hint, accept, taken }) {
  const chosen = ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) taken(file);
  };
  const over = (is) => (event) => {
    event.preventDefault();
    event.currentTarget.classList.toggle("over", is);
  };
  const dropped = (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    if (file) taken(file);
  };
  return h("div", { class: "drop", ondragover: over(true), ondragleave: over(false), ondrop: dropped },
    h("label", { for: id }, label), h("p", { id: `${id}-hint`, class: "hint" }, hint),
    h("input", { id, type: "file", accept, "aria-describedby": `${id}-hint`, onchange: chosen }));
}

/** A bar that fills, with words. */
export function progress(share, text) {
  const percent = Math.round(share * 100);
  return h("div", { class: "progress" }, h("progress", { max: 100, value: percent, "aria-label": text }), h("span", {}, `${text} ${percent} %`));
}

export const failed = (error) => h("p", { class: "notice bad", role: "alert" }, t("common.failed", { why: error.message }));
