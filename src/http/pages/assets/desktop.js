// The agent's desktop.
import { get } from "./api.js";
import { h, show } from "./dom.js";

const view = await get("/v1/me");
show(document.body, h("main", {}, h("h1", {}, view.agent.name), h("p", {}, view.state)));
