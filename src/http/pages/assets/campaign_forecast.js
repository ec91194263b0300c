// When a campaign will be done: the question, how far its answer is, and the answer with what it rests on.
import { get, post } from "./api.js";
import { h, show } from "./dom.js";
import { form, input } from "./form.js";
import { city, moment, number, percent } from "./format.js";
import { t } from "./words.js";

const AGAIN_MS = 500;

/** The forecast of the campaign at `path`. */
export function forecaster(path) {
  const host = h("div", { class: "stack", "data-own": "forecast" });
  const answer = h("div", { role: "status" });
  const fields = questions();
  const ask = form({
    fields: Object.entries(fields).map(([name, field]) => ({ name, label: t(`forecast.${name}`), input: field })),
    yes: t("forecast.ask"),
    send: async () => {
      told(await post(`${path}/forecast`, asked(fields)));
      follow();
    },
  });
  ask.classList.add("in-a-row");

  let following = false;
  const follow = async () => {
    if (following) return;
    following = true;
    try {
      while (told(await get(`${path}/forecast`))) await new Promise((done) => setTimeout(done, AGAIN_MS));
    } finally {
      following = false;
    }
  };
  /** Shows what is told, and says whether there is more to come. */
  const told = ({ asked: question, progress, forecast, problem }) => {
    show(answer,
      progress && h("p", { key: "progress" }, h("progress", { max: progress.of || null, value: progress.of ? progress.runs : null, "aria-label": t("forecast.working") }), " ",
        t("forecast.runs", { runs: number(progress.runs), of: number(progress.of) })),
      problem && h("p", { key: "problem", class: "notice bad" }, whyNone(problem)),
      forecast && answered(forecast));
    if (question) fill(fields, question);
    return progress !== null;
  };
  show(host, h("p", { class: "hint" }, t("forecast.hint")), ask, answer);
  follow();
  return host;
}

const whyNone = ({ code, contacts, agents, agents_min: least }) => t(`forecast.none_${code}`, { contacts: number(contacts ?? 0), agents: number(agents ?? 0), least: number(least ?? 0) });

function questions() {
  const zones = h("datalist", { id: "forecast-zones" }, Intl.supportedValuesOf("timeZone").map((zone) => h("option", { value: zone })));
  document.getElementById(zones.id)?.remove();
  document.body.append(zones);
  return {
    agents: input({ type: "number", min: 1, max: 1000, value: 6 }),
    days: input({ type: "number", min: 1, max: 60, value: 5 }),
    begins: input({ type: "time", value: "09:00" }),
    ends: input({ type: "time", value: "17:00" }),
    zone: input({ list: zones.id, value: Intl.DateTimeFormat().resolvedOptions().timeZone }),
    weekends: input({ type: "checkbox" }),
  };
}

const asked = ({ agents, days, begins, ends, zone, weekends }) => ({
  agents: Number(agents.value), days: Number(days.value), begins: begins.value, ends: ends.value, zone: zone.value, weekends: weekends.checked,
});

/** A question of somebody else, or of before, is there to be changed; not under the hands of who is writing one. */
function fill(fields, question) {
  if (Object.values(fields).includes(document.activeElement)) return;
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === "checkbox") field.checked = question[name];
    else field.value = field.type === "time" ? question[name].slice(0, 5) : question[name];
  }
}

function answered(it) {
  const { zone, agents } = it.asked;
  const at = (when) => moment(when, zone);
  const sure = it.tenth_at && it.runs > 1 && t("forecast.range", { from: at(it.tenth_at), to: at(it.ninetieth_at) });
  const cannot = it.uncallable.zone_unknown + it.uncallable.never_open;
  return h("div", { key: "answer", class: "stack" },
    it.callable === 0 ? h("p", { class: "answer" }, t("forecast.nobody"))
      : it.median_at ? h("p", { class: "answer" }, h("strong", {}, t("forecast.done", { at: at(it.median_at), agents: number(agents) })), sure && ` ${sure}`)
        : h("p", { class: "answer" }, h("strong", {}, t("forecast.not_done", { at: at(it.last_at), agents: number(agents) })), " ",
          t("forecast.left", { left: number(it.left), callable: number(it.callable), share: percent(it.left / it.callable) })),
    it.takes && h("ul", {}, takes(it).map((sentence) => h("li", {}, sentence))),
    h("p", { class: "hint" },
      `${t("forecast.in_runs", { done: number(it.done), runs: number(it.runs) })} `,
      `${it.calls === null ? t("forecast.usual", { share: percent(it.person_permille / 1000) }) : t("forecast.as_seen", { calls: number(it.calls), share: percent(it.person_permille / 1000) })} `,
      it.simulated < it.callable ? `${t("forecast.share", { simulated: number(it.simulated) })} ` : "",
      cannot > 0 ? `${t("forecast.cannot", { count: number(cannot) })} ` : "",
      t("forecast.clock", { city: city(zone) })));
}

function takes({ takes: it, asked: { zone, agents } }) {
  const day = (date) => moment(`${date}T12:00:00Z`, "UTC", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return [
    it.longer_at ? t("forecast.longer", { agents: number(agents), at: moment(it.longer_at, zone) })
      : it.about_on ? t("forecast.about", { agents: number(agents), day: day(it.about_on) }) : t("forecast.not_longer", { agents: number(agents) }),
    it.agents ? t(it.agents_simulated ? "forecast.more" : "forecast.more_about", { agents: number(it.agents) }) : t("forecast.not_more"),
  ];
}
