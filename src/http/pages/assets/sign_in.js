// The page to sign in at. Afterwards: the page that was asked for, or the one of the person's role.
import { signInForm } from "./api.js";
import { h } from "./dom.js";
import { languageButton } from "./frame.js";
import { t } from "./words.js";

const wanted = new URLSearchParams(location.search).get("then") ?? "";
const next = /^[a-z_]+$/.test(wanted) ? `/${wanted}` : "/";

// The code stays out of the address, and so out of the history.
const told = new URLSearchParams(location.hash.slice(1));
const invitation = told.has("invitation") ? { code: told.get("invitation"), login: told.get("login") } : null;
if (invitation) history.replaceState(null, "", "/sign-in");

document.body.append(
  h("main", { class: "surface" },
    h("div", { class: "brand" }, h("img", { src: "/assets/icon.svg", alt: "" }), h("h1", {}, "Rappel")),
    invitation && h("p", {}, t("sign_in.welcome")),
    signInForm(() => location.replace(next), invitation),
    languageButton()));
document.querySelector("form input:not([readonly])").focus();
