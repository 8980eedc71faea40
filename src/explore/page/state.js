// What is changed, its history, and its address.

const state = {
  described: null,
  /** Policies that are on, by id, with a size or null for their own; and numbers that are turned, by key. */
  choice: { policies: {}, set: {} },
  history: [],
  at: 0,
  kept: [],
  answer: null,
};

const element = (id) => document.getElementById(id);

/** Makes an element with properties and children; texts are never read as HTML. */
function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A number as people read it. */
function shown(value) {
  return Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 });
}

const money = (usd) => usd >= 1e9 ? `USD ${shown(usd / 1e9)} billion` : usd >= 1e6 ? `USD ${shown(usd / 1e6)} million` : `USD ${shown(usd)}`;

/** A note that stays until it is dismissed. */
function note(text, kind = "note") {
  const box = make("p", { class: "note", role: "alert", "data-kind": kind }, text);
  box.append(make("button", { type: "button", onclick: () => box.remove() }, "Dismiss"));
  element("notes").append(box);
}

function clearNotes(kind) {
  for (const box of document.querySelectorAll(`.note[data-kind="${kind}"]`)) box.remove();
}

const copied = (choice) => JSON.parse(JSON.stringify(choice));
const lever = (key) => state.described.levers.find((one) => one.key === key);
const policy = (id) => state.described.policies.find((one) => one.id === id);

/** The choice as requests have it: in the order of the scenario, so that the same changes are the same request. */
function asked(choice = state.choice) {
  const policies = state.described.policies.filter((one) => one.id in choice.policies);
  const levers = state.described.levers.filter((one) => one.key in choice.set);
  return {
    policies: policies.map(({ id }) => choice.policies[id] === null ? { id } : { id, size: choice.policies[id] }),
    set: levers.map(({ key }) => ({ key, value: choice.set[key] })),
  };
}

const isEmpty = (choice) => !Object.keys(choice.policies).length && !Object.keys(choice.set).length;

/** What is changed, one line each: name, value, baseline. */
function differences(choice) {
  const lines = asked(choice).policies.map(({ id, size }) => {
    const { name, scale } = policy(id);
    const value = scale ? `${shown(size ?? scale.size)} ${scale.unit}`.trim() : "on";
    return { id: `policy ${id}`, name, value, baseline: "off" };
  });
  for (const { key, value } of asked(choice).set) {
    const one = lever(key);
    const name = one.of_name ? `${one.of_name}: ${one.name}` : one.name;
    lines.push({ id: key, name, value: `${shown(value)} ${one.unit}`.trim(), baseline: `${shown(one.baseline)}${one.uncertain ? " on average" : ""}` });
  }
  return lines;
}

/** The address of a choice: the version, and what is changed. */
function addressOf(choice) {
  const parts = new URLSearchParams();
  parts.set("v", state.described.version);
  for (const { id, size } of asked(choice).policies) parts.set(`policy:${id}`, size === undefined ? "on" : String(size));
  for (const { key, value } of asked(choice).set) parts.set(key, String(value));
  return isEmpty(choice) ? "" : `#${parts}`;
}

/** Reads an address; what it names that is not here is told. */
function choiceOf(hash) {
  const choice = { policies: {}, set: {} };
  const ignored = [];
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  if (parts.has("v") && Number(parts.get("v")) !== state.described.version) {
    ignored.push(`the version ${parts.get("v")}: this page reads version ${state.described.version}`);
  }
  for (const [key, text] of parts) {
    if (key === "v") continue;
    const value = Number(text);
    const isNumber = text.trim() !== "" && Number.isFinite(value);
    const one = key.startsWith("policy:") ? policy(key.slice(7)) : lever(key);
    if (!one) ignored.push(`\u201c${key}\u201d: there is nothing of this name in the scenario`);
    else if (key.startsWith("policy:")) {
      if (text === "on") choice.policies[one.id] = null;
      else if (isNumber && one.scale && value >= one.scale.low && value <= one.scale.high) choice.policies[one.id] = value;
      else ignored.push(`\u201c${key}=${text}\u201d: this is no size of the policy`);
    } else if (isNumber && value >= one.low && value <= one.high) choice.set[key] = value;
    else ignored.push(`\u201c${key}=${text}\u201d: expected a number from ${shown(one.low)} to ${shown(one.high)}`);
  }
  clearNotes("address");
  if (ignored.length) note(`The link names what this page does not know, and leaves it out:\n${ignored.join("\n")}`, "address");
  return choice;
}

/** Goes to a choice of the history. */
function go(to) {
  state.at = to;
  state.choice = copied(state.history[to]);
  changed(false);
}

/** Takes note of a change and has it run. `isNew` adds it to the history; changes of one slider in a row are one. */
function changed(isNew = true, mark = null) {
  if (isNew) {
    state.history.length = state.at + 1;
    const goesOn = mark && mark === state.mark && state.at > 0;
    if (goesOn) state.history[state.at] = copied(state.choice);
    else state.history.push(copied(state.choice));
    state.at = state.history.length - 1;
  }
  state.mark = mark;
  history.replaceState(null, "", addressOf(state.choice) || location.pathname + location.search);
  showChoice();
  run();
}
