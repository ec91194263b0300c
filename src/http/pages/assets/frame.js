// The bar at the top of every page but the desktop's own: where one can go, the language, the way out.
import { remove } from "./api.js";
import { h } from "./dom.js";
import { passwordButton } from "./password.js";
import { choose, language, t } from "./words.js";

const ROLES = ["agent", "supervisor", "manager", "admin"];
const role = document.body.dataset.role;
const here = document.body.dataset.page;

/** Is this person's role `least` or a higher one? */
export const mayAs = (least) => ROLES.indexOf(role) >= ROLES.indexOf(least);

const PLACES = [["board", "supervisor"], ["campaigns", "supervisor"], ["contacts", "supervisor"], ["reports", "supervisor"], ["settings", "manager"]];

/** The bar. `inside` stands between the links and the end. */
export function bar(...inside) {
  const places = PLACES.filter(([, least]) => mayAs(least))
    .map(([name]) => h("a", { href: `/${name}`, "aria-current": name === here ? "page" : null }, t(`common.${name}`)));
  return h("header", { class: "bar" },
    h("a", { href: "/", class: "brand", "aria-label": "Rappel" }, h("img", { src: "/assets/icon.svg", alt: "", width: 28, height: 28 })),
    places.length > 0 && h("nav", {}, places), inside,
    h("div", { class: "end" }, languageButton(), passwordButton(), signOutButton()));
}

/** The button that changes the language. */
export function languageButton() {
  const other = language === "fr" ? "en" : "fr";
  return h("button", { class: "plain", lang: other, onclick: () => choose(other) }, t("common.language"));
}

/** The button that signs out of the browser. */
export function signOutButton(before = () => {}) {
  const leave = async () => {
    await before();
    await remove("/v1/session");
    location.replace("/sign-in");
  };
  return h("button", { class: "plain", onclick: leave }, t("common.sign_out"));
}
