// Elements without strings of HTML, and a page that changes only where it must.

/**
 * An element: h("button", { class: "main", onclick: act, disabled: true }, "Accept").
 * Properties with `on` are listeners, `style` is an object, true and false set and leave out an attribute,
 * `key` keeps the element itself when its neighbours change. Children that are null or false are left out.
 */
export function h(tag, properties, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) put(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

function put(element, name, value) {
  if (name === "key") element.key = value;
  else if (name.startsWith("on")) element[name] = value;
  else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
  else if (name === "value") {
    element.setAttribute("value", value ?? "");
    element.value = value ?? "";
  } else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value != null) element.setAttribute(name, value);
}

const listeners = ["onclick", "oninput", "onchange", "onsubmit", "onkeydown", "onfocus", "onblur", "ontoggle", "onclose", "ondrop", "ondragover", "ondragleave"];

/** Makes the children of `host` like `wanted`, and touches only what differs: the focus and what is typed stay. */
export function show(host, ...wanted) {
  const next = wanted.flat(Infinity).filter((child) => child != null && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
  const wantedKeys = new Set(next.map((child) => child.key));
  const kept = new Map([...host.childNodes].filter((node) => node.key != null).map((node) => [node.key, node]));
  // Those go first, so that what stays is found in its place.
  for (const [key, node] of kept) if (!wantedKeys.has(key)) node.remove();
  let at = host.firstChild;
  for (const child of next) {
    const same = child.key != null ? kept.get(child.key) : at && at.key == null && alike(at, child) ? at : null;
    if (same && alike(same, child)) {
      if (same === at) at = at.nextSibling;
      else host.insertBefore(same, at);
      change(same, child);
    } else {
      host.insertBefore(child, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    if (!next.includes(gone)) gone.remove();
  }
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.key === other.key;
}

function change(old, wanted) {
  if (old === wanted) return;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== wanted.data) old.data = wanted.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    // A dialog or details that a person opened stays open.
    if (!wanted.hasAttribute(name) && !(name === "open")) old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
      // What a person types is theirs until the field is left.
      if (name === "value" && old !== document.activeElement) old.value = value;
    }
  }
  for (const name of listeners) if (old[name] !== wanted[name]) old[name] = wanted[name];
  // `own` marks an element whose children somebody else keeps.
  if (!old.hasAttribute("data-own")) show(old, ...wanted.childNodes);
}
