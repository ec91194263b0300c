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
export async function ask(method, path, body, more) {
  for (;;) {
    const response = await send(method, path, body, more);
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

async function send(method, path, body, more = {}) {
  const isText = typeof body === "string" || body instanceof Blob;
  const headers = body === undefined ? {} : { "content-type": isText ? (body.type || "text/plain") : "application/json" };
  try {
    return await fetch(path, { method, headers: { ...headers, ...more }, body: body === undefined || isText ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(0, { code: "network" });
  }
}

/** Signs in, or throws what was wrong. */
export async function signIn(wish) {
  const response = await send("POST", "/v1/session", wish);
  const answer = await response.json();
  if (response.ok) return answer;
  const isToken = wish.with === "token" && response.status === 401;
  throw new Refused(response.status, isToken ? { code: "", detail: t("sign_in.wrong_token") } : answer);
}

/** What can be typed to sign in, by kind: which fields, and what they make. */
const WAYS = {
  password: { fields: ["login", "password"], wish: (typed) => ({ with: "password", ...typed }) },
  token: { fields: ["token"], wish: ({ token }) => ({ with: "token", token: token.trim() }) },
  invitation: { fields: ["login", "new_password"], wish: ({ new_password }, { code }) => ({ with: "invitation", code, password: new_password }) },
};
const COMPLETES = { login: "username", password: "current-password", token: "off", new_password: "new-password" };

/** What is said of a field, where there is something to say. */
const hint = ({ id, name }) => {
  const said = textOr(`sign_in.${name}_hint`, null);
  return said ? [h("p", { id: `${id}-hint`, class: "hint" }, said)] : [];
};

/** A tick by which whoever types secrets sees what they type. */
export const reveal = (...secrets) => h("div", { class: "tick" },
  h("input", { type: "checkbox", id: `see-${secrets[0].id}`, onchange: ({ target }) => secrets.forEach((one) => (one.type = target.checked ? "text" : "password")) }),
  h("label", { for: `see-${secrets[0].id}` }, t("password.see")));

/** The form to sign in with; `done` is called with who it is. By an invitation `{ code, login }` it asks for the password to be. */
export function signInForm(done, invitation = null) {
  const form = h("form", { class: "sign-in" });
  const build = (kind) => {
    const way = WAYS[kind];
    const inputs = way.fields.map((name) => h("input", {
      id: name, name, required: true, type: name === "login" ? "text" : "password", autocomplete: COMPLETES[name],
      autocapitalize: "none", spellcheck: "false", "aria-describedby": `${name}-hint sign-in-error`,
      ...(invitation && name === "login" && { value: invitation.login, readonly: true }),
    }));
    const error = h("p", { id: "sign-in-error", class: "error", role: "alert" });
    const button = h("button", { class: "main" }, t("sign_in.enter"));
    form.onsubmit = async (event) => {
      event.preventDefault();
      error.textContent = "";
      button.disabled = true;
      try {
        done(await signIn(way.wish(Object.fromEntries(inputs.map((input) => [input.name, input.value])), invitation)));
      } catch (refused) {
        error.textContent = refused.message;
        inputs.at(-1).select();
      } finally {
        button.disabled = false;
      }
    };
    const other = kind === "password" ? "token" : "password";
    form.replaceChildren(
      ...inputs.flatMap((input) => [
        h("label", { for: input.id }, t(`sign_in.${input.name}`)),
        ...hint(input),
        input,
      ]),
      reveal(...inputs.filter((input) => input.type === "password")), error, button,
      ...(kind === "invitation" ? [] : [h("button", {
        type: "button", class: "plain", id: "other-way",
        onclick: () => build(other).querySelector("input").focus(),
      }, t(`sign_in.with_${other}`))]));
    return form;
  };
  return build(invitation ? "invitation" : "password");
}

let open = null;

/** Asks, over the page, to sign in again; several requests wait for the same answer. For somebody else this is the wrong page. */
function signInHere() {
  open ??= new Promise((resolve) => {
    const dialog = h("dialog", { class: "panel", "aria-labelledby": "again", oncancel: (event) => event.preventDefault() },
      h("p", { id: "again" }, t("sign_in.again")),
      signInForm((who) => {
        const { role, agent = "" } = document.body.dataset;
        if (role !== who.role || agent !== String(who.agent_id ?? "")) return location.replace("/");
        dialog.remove();
        open = null;
        resolve();
      }));
    document.body.append(dialog);
    dialog.showModal();
  });
  return open;
}
