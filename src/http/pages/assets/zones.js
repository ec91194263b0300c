// The choice of a time zone: those the number tells first, then all there are.
import { h } from "./dom.js";
import { city } from "./format.js";
import { t } from "./words.js";

let all = null;

/** Every zone that browsers know, by region; made once. */
const zones = () => (all ??= Map.groupBy(Intl.supportedValuesOf("timeZone").filter((zone) => zone.includes("/")), (zone) => zone.split("/")[0]));

let made = null;

/** The list. It is long, so it is made anew only when something in it changed. */
export function zoneField({ value, first, empty, onchange }) {
  const about = JSON.stringify([value, first]);
  if (made?.about !== about) {
    const option = (zone) => h("option", { value: zone, selected: zone === value }, `${city(zone)} (${zone})`);
    const select = h("select", { id: "callback-zone", key: about, "data-own": true, onchange: (event) => onchange(event.target.value), "aria-describedby": "wrong-zone confirm-zone" },
      h("option", { value: "" }, empty),
      first.length > 0 && h("optgroup", { label: t("callback.zones_of_number") }, first.map(option)),
      [...zones()].map(([region, list]) => h("optgroup", { label: region }, list.map((zone) => h("option", { value: zone, selected: zone === value && !first.includes(zone) }, `${city(zone)} (${zone})`)))));
    made = { about, select };
  }
  return made.select;
}
