// Small pictures, so that nothing is said by colour alone.
import { h } from "./dom.js";

const PATHS = {
  ready: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm-2.500 6 2 2 3.500-4",
  not_ready: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5 8h6",
  logged_out: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z",
  reserved: "M8 1.500 14.500 8 8 14.500 1.500 8ZM8 5v4M8 11v.2",
  talking: "M3 2.500h3l1 3-2 1.500a8 8 0 0 0 4 4l1.500-2 3 1v3c-6 1-11.500-4.500-10.500-10.500Z",
  hold: "M5.500 3v10M10.500 3v10",
  wrap_up: "M3 13l1-3.500 7-7 2.500 2.500-7 7ZM9.500 4 12 6.500",
  voice: "M8 2a2.500 2.500 0 0 1 2.500 2.500v1A2.500 2.500 0 0 1 5.500 5.500v-1A2.500 2.500 0 0 1 8 2ZM3 14c0-3 2-4.500 5-4.500s5 1.500 5 4.500",
  answering_machine: "M4.500 5a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5ZM11.500 5a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5ZM4.500 10h7",
  busy: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM4 4l8 8",
  fax: "M4 6V2h8v4M3 6h10v5H3ZM5 9h6v5H5Z",
  invalid_number: "M3 3l10 10M13 3 3 13",
  do_not_call: "M5.500 1.500h5l4 4v5l-4 4h-5l-4-4v-5ZM5 8h6",
  callback: "M8 3a5.500 5.500 0 1 1-5 3.500M3 2.500V6.500H7M8 6v3l2 1.500",
  recording: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z",
  recording_off: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM6.500 6v4M9.500 6v4",
  sound: "M2 6h2.500L8 3v10L4.500 10H2ZM10.500 6a3 3 0 0 1 0 4M12.500 4a6 6 0 0 1 0 8",
  silent: "M2 6h2.500L8 3v10L4.500 10H2ZM10.500 6l3.500 4M14 6l-3.500 4",
};

/** A picture by name; whoever cannot see it reads the words beside it. */
export const icon = (name) =>
  h("svg:svg", { class: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", fill: "none", stroke: "currentColor",
    "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round" }, h("svg:path", { d: PATHS[name] ?? PATHS.logged_out }));
