// The sliders and switches.

const GROUPS = [
  ["lever", "Levers of this scenario"],
  ["stock", "Stocks"],
  ["share", "Shares of the largest suppliers"],
  ["flexibility", "Flexibility of trade"],
  ["event", "Events: how probable, severe and long"],
];

/** Shows of every control what is chosen now. Each control adds its own. */
const showing = [];

function showChoice() {
  for (const show of showing) show();
  element("undo").disabled = state.at === 0;
  element("redo").disabled = state.at >= state.history.length - 1;
  element("replay").disabled = state.at === 0;
  element("reset").disabled = isEmpty(state.choice);
  const lines = differences(state.choice);
  const list = lines.map(({ name, value, baseline }) => make("li", {}, `${name}: ${value} (baseline ${baseline})`));
  const heading = lines.length ? `${lines.length} ${lines.length === 1 ? "change" : "changes"}` : "Nothing is changed: this is the baseline.";
  element("changes").replaceChildren(make("p", { class: "muted" }, heading), ...(list.length ? [make("ul", {}, ...list)] : []));
  for (const group of document.querySelectorAll("details.group")) {
    const count = group.querySelectorAll(".policy.is-changed, fieldset .lever.is-changed, .group > .lever.is-changed").length;
    group.querySelector(".count").textContent = count ? ` (${count} changed)` : "";
  }
}

/** A slider with its exact entry: `read` gives the value or null where it is the baseline's, `write` takes one. */
function slider({ id, name, label, unit, low, high, step, baseline, basis, read, write, more, isOff }) {
  const range = make("input", { type: "range", id, min: low, max: high, step, "aria-describedby": `${id}-base` });
  const exact = make("input", { type: "number", id: `${id}-exact`, min: low, max: high, step: "any", "aria-label": `${label}: exact value` });
  const back = make("button", { type: "button", onclick: () => { write(null); range.focus(); } }, "Back to baseline");
  const tick = make("span", { class: "tick" });
  // The thumb's middle does not reach the ends.
  const part = high > low ? (baseline - low) / (high - low) : 0;
  tick.style.left = `calc(.5rem + ${part} * (100% - 1rem))`;
  const base = make("p", { class: "base", id: `${id}-base` }, `Baseline ${basis}. `, back);
  const box = make("div", { class: "lever" },
    make("div", { class: "lever-head" }, make("label", { for: id }, name), make("span", { class: "exact" }, exact, unit ? make("span", {}, unit) : null)),
    range,
    make("div", { class: "scale", "aria-hidden": "true" }, tick, make("span", { class: "low" }, shown(low)), make("span", { class: "high" }, shown(high))),
    base, more);
  // A value next to the tick is the baseline's.
  const take = (value, nearest) => write(Math.abs(value - baseline) < nearest ? null : value);
  range.setAttribute("aria-label", label);
  range.addEventListener("input", () => take(Number(range.value), step / 2));
  exact.addEventListener("change", () => {
    const value = Number(exact.value);
    if (exact.value.trim() === "" || !Number.isFinite(value)) { showChoice(); return; }
    const inside = Math.min(high, Math.max(low, value));
    if (inside !== value) note(`${label} goes from ${shown(low)} to ${shown(high)}: ${shown(inside)} is taken.`, "range");
    take(inside, 1e-12 * Math.max(1, Math.abs(high)));
    showChoice();
  });
  showing.push(() => {
    const value = read();
    const now = value ?? baseline;
    range.value = now;
    exact.value = Number(now.toPrecision(8));
    range.setAttribute("aria-valuetext", `${shown(now)} ${unit}`.trim() + (value === null ? ", as in the baseline" : ""));
    box.classList.toggle("is-changed", value !== null);
    back.hidden = value === null;
    const off = isOff ? isOff() : false;
    range.disabled = off;
    exact.disabled = off;
  });
  return box;
}

/** Where a figure comes from. */
function sourceOf(one) {
  const text = one.provenance ? `${one.provenance.kind === "assumption" ? "Assumption" : "Source"}: ${one.provenance.text}` : "The scenario gives no source of its own for this.";
  const where = make("p", {}, "Key ", make("code", {}, one.key), one.place ? `, ${one.place}` : "");
  return make("details", {}, make("summary", {}, one.provenance && one.provenance.kind === "source" ? "Source" : "Assumption"), make("p", {}, text), where);
}

function leverControl(one, number) {
  const label = one.of_name ? `${one.of_name}: ${one.name}` : one.name;
  const basis = one.uncertain
    ? `${shown(one.baseline)} ${one.unit} on average, uncertain: ${shown(one.uncertain[0])} to ${shown(one.uncertain[1])} in 8 of 10 futures; a value set here is certain`
    : `${shown(one.baseline)} ${one.unit}`.trim();
  const box = slider({
    id: `lever-${number}`, name: one.name, label, unit: one.unit, low: one.low, high: one.high, step: one.step, baseline: one.baseline, basis,
    read: () => state.choice.set[one.key] ?? null,
    write: (value) => {
      if (value === null) delete state.choice.set[one.key];
      else state.choice.set[one.key] = value;
      changed(true, one.key);
    },
    more: sourceOf(one),
  });
  box.dataset.find = `${label} ${one.key}`.toLowerCase();
  box.dataset.key = one.key;
  return box;
}

function policyControl(one, number) {
  const id = `policy-${number}`;
  const isOn = () => one.id in state.choice.policies;
  const box = make("input", { type: "checkbox", id });
  box.addEventListener("change", () => {
    if (box.checked) state.choice.policies[one.id] = null;
    else delete state.choice.policies[one.id];
    changed();
  });
  const cost = make("div", { class: "cost" });
  const whole = make("div", { class: "policy" }, make("label", { for: id }, box, one.name), cost);
  showing.push(() => {
    box.checked = isOn();
    whole.classList.toggle("is-changed", isOn());
    const size = state.choice.policies[one.id] ?? one.scale?.size;
    const more = one.scale ? (size - one.scale.size) * one.scale.usd_per_unit : 0;
    cost.textContent = one.cost === null ? "Its cost is not stated." : `Costs ${money(one.cost + more)} over the horizon.`;
  });
  if (one.scale) {
    const { low, high, size, unit } = one.scale;
    whole.append(slider({
      id: `${id}-size`, name: "Size", label: `${one.name}: size`, unit, low, high, step: roundStep(high - low), baseline: size,
      basis: `none; the policy's own size is ${shown(size)} ${unit}`.trim(), isOff: () => !isOn(),
      read: () => state.choice.policies[one.id] ?? null,
      write: (value) => {
        if (!isOn()) return;
        state.choice.policies[one.id] = value;
        changed(true, `policy ${one.id}`);
      },
    }));
  }
  const changes = make("ul", {}, ...one.changes.map((change) => make("li", {}, make("code", {}, change))));
  whole.append(make("details", {}, make("summary", {}, "What it is"), one.description ? make("p", {}, one.description) : null, make("p", {}, "It sets:"), changes));
  whole.dataset.find = `${one.name} ${one.id}`.toLowerCase();
  return whole;
}

/** A hundredth of a range or so, as 1, 2 or 5 times a power of ten. */
function roundStep(length) {
  const least = length / 200;
  const power = 10 ** Math.floor(Math.log10(least));
  return Number(([1, 2, 5, 10].find((step) => step * power >= least * 0.999999) * power).toPrecision(3));
}

/** Controls that belong to the same thing stand together. */
function byOwner(levers, controls) {
  const owners = new Map();
  levers.forEach((one, number) => {
    if (!owners.has(one.of)) owners.set(one.of, { name: one.of_name, controls: [] });
    owners.get(one.of).controls.push(controls[number]);
  });
  return [...owners.values()].map(({ name, controls: own }) => make("fieldset", {}, make("legend", {}, name || "Levers"), ...own));
}

function buildLevers() {
  const { levers, policies } = state.described;
  const groups = [];
  const group = (title, count, ...content) =>
    make("details", { class: "group", open: groups.length < 2 || levers.length < 12 }, make("summary", {}, `${title}, ${count}`, make("span", { class: "count" })), ...content);
  if (policies.length) groups.push(group("Policies", policies.length, ...policies.map(policyControl)));
  let number = 0;
  for (const [kind, title] of GROUPS) {
    const here = levers.filter((one) => one.group === kind);
    if (!here.length) continue;
    const controls = here.map((one) => leverControl(one, number++));
    groups.push(group(title, here.length, ...(kind === "lever" ? controls : byOwner(here, controls))));
  }
  element("groups").replaceChildren(...groups);
  element("find").addEventListener("input", () => {
    const wanted = element("find").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const box of document.querySelectorAll("[data-find]")) box.hidden = !wanted.every((word) => box.dataset.find.includes(word));
    for (const box of document.querySelectorAll("#groups fieldset")) box.hidden = !box.querySelector("[data-find]:not([hidden])");
    for (const box of document.querySelectorAll("details.group")) {
      const some = box.querySelector("[data-find]:not([hidden])");
      box.hidden = !some;
      if (wanted.length && some) box.open = true;
    }
  });
}
