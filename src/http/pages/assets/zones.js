// The choice of a time zone: those the number tells first, then all there are.
import { h } from "./dom.js";
import { city } from "./format.js";
import { t } from "./words.js";

let all = null;

/** Every zone that browsers know, by region; made once. */
const zones = () => (all ??= Map.groupBy(Intl.supportedValuesOf("timeZone").filter((zone) => zone.includes("/")), (zone) => zone.split("/")[0]));

let made = null;

/**
 * The list. It is long and somebody may be choosing in it, so it is made anew only when other zones come first; else what is
 * given stands for the one that is shown, in the form that `of` names.
 */
export function zoneField({ value, of, first, empty, onchange }) {
  const about = `${of} ${first.join()}`;
  const onpick = (event) => onchange(event.target.value);
  const shown = made?.about === about && made.select.isConnected ? made.select : null;
  const select = shown ?? list(about, first, empty, onpick);
  made = { about, select };
  if (value && ![...select.options].some((known) => known.value === value)) select.append(option(value));
  if (select.value !== value && select !== document.activeElement) select.value = value;
  return shown ? field(about, onpick) : select;
}

const option = (zone) => h("option", { value: zone }, `${city(zone)} (${zone})`);

const field = (key, onchange, ...inside) =>
  h("select", { id: "callback-zone", key, "data-own": true, "aria-describedby": "wrong-zone confirm-zone", onchange }, inside);

const list = (key, first, empty, onchange) => field(key, onchange,
  h("option", { value: "" }, empty),
  first.length > 0 && h("optgroup", { label: t("callback.zones_of_number") }, first.map(option)),
  [...zones()].map(([region, names]) => h("optgroup", { label: region }, names.map(option))));
