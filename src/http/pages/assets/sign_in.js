// The page to sign in at. Afterwards: the page that was asked for, or the one of the person's role.
import { signInForm } from "./api.js";
import { h } from "./dom.js";
import { choose, language, t } from "./words.js";

const wanted = new URLSearchParams(location.search).get("then") ?? "";
const next = /^[a-z_]+$/.test(wanted) ? `/${wanted}` : "/";

document.body.append(
  h("main", { class: "surface" },
    h("div", { class: "brand" }, h("img", { src: "/assets/icon.svg", alt: "" }), h("h1", {}, "Rappel")),
    signInForm(() => location.replace(next)),
    h("button", { class: "plain", lang: language === "fr" ? "en" : "fr", onclick: () => choose(language === "fr" ? "en" : "fr") },
      t("common.language"))));
document.getElementById("token").focus();
