// The API, as pages use it. Whoever's session is over signs in where they are; then the request is made again.
import { h } from "./dom.js";
import { t, textOr } from "./words.js";

/** A request that was not done: `code`, `message` for people, `status`, and the whole `problem`. */
export class Refused extends Error {
  constructor(status, problem) {
    super(said(problem) ?? problem.detail ?? problem.title ?? String(status));
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
  }
}

/** A problem in the words of the page, where it has some. */
let said = (problem) => textOr(`problem.${problem.code}`, null);

/** A page that knows more words for problems says how; what it gives null for is said in the server's words. */
export function sayProblems(how) {
  const before = said;
  said = (problem) => how(problem) ?? before(problem);
}

/** Makes a request and gives what was answered: JSON as a value, nothing as null, the rest as text. */
export async function ask(method, path, body) {
  for (;;) {
    const response = await send(method, path, body);
    if (response.status === 401) {
      await signInHere();
      continue;
    }
    const type = response.headers.get("content-type") ?? "";
    const answer = response.status === 204 ? null : type.includes("json") ? await response.json() : await response.text();
    if (!response.ok) throw new Refused(response.status, typeof answer === "object" && answer ? answer : { detail: answer });
    return answer;
  }
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path, body) => ask("DELETE", path, body);

async function send(method, path, body) {
  const isText = typeof body === "string" || body instanceof Blob;
  const headers = body === undefined ? {} : { "content-type": isText ? (body.type || "text/plain") : "application/json" };
  try {
    return await fetch(path, { method, headers, body: body === undefined || isText ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(0, { code: "network" });
  }
}

/** Signs in, or throws what was wrong. */
export async function signIn(wish) {
  const response = await send("POST", "/v1/session", wish);
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, response.status === 401 ? { ...answer, detail: t("sign_in.wrong"), code: "" } : answer);
  return answer;
}

/** The form to sign in with; `done` is called with who it is. */
export function signInForm(done) {
  const field = h("input", { id: "token", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "token-hint sign-in-error" });
  const error = h("p", { id: "sign-in-error", class: "error", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      done(await signIn({ with: "token", token: field.value.trim() }));
    } catch (refused) {
      error.textContent = refused.message;
      field.select();
    }
  };
  return h("form", { class: "sign-in", onsubmit: submit },
    h("label", { for: "token" }, t("sign_in.token")),
    h("p", { id: "token-hint", class: "hint" }, t("sign_in.token_hint")),
    field, error,
    h("button", { class: "main" }, t("sign_in.enter")));
}

let open = null;

/** Asks, over the page, to sign in again; several requests wait for the same answer. */
function signInHere() {
  open ??= new Promise((resolve) => {
    const dialog = h("dialog", { class: "panel", "aria-labelledby": "again", oncancel: (event) => event.preventDefault() },
      h("p", { id: "again" }, t("sign_in.again")),
      signInForm(() => {
        dialog.remove();
        open = null;
        resolve();
      }));
    document.body.append(dialog);
    dialog.showModal();
  });
  return open;
}
