// What was found: the sentence, figures, charts, stories, scenarios side by side.

/** Tables of the program's CSV: rows of cells. */
function parsedCsv(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "," || letter === "\n") {
      rows[rows.length - 1].push(cell);
      cell = "";
      if (letter === "\n") rows.push([]);
    } else if (letter !== "\r") cell += letter;
  }
  if (cell || rows[rows.length - 1].length) rows[rows.length - 1].push(cell);
  else rows.pop();
  return rows;
}

/** Hands a text to the browser as a file. */
function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** An SVG of the program as an element; `prefix` keeps its ids apart from those of another copy. */
function drawing(svg, prefix = "") {
  const text = prefix ? svg.replaceAll("critmin-", `${prefix}critmin-`) : svg;
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return parsed.nodeName === "svg" ? document.importNode(parsed, true) : document.createTextNode("The chart cannot be shown.");
}

/** Nearest to the pointer, in units of a chart. */
const REACH = 40;

/** Lets a chart say its values where it is pointed at: beneath it, with a ring around the point. */
function pointable(holder, readings, said) {
  const svg = holder.querySelector("svg");
  said.textContent = "";
  said.hidden = !svg || !readings?.length;
  if (said.hidden) return;
  const ring = document.createElementNS(svg.namespaceURI, "circle");
  for (const [name, value] of [["r", 6], ["fill", "none"], ["stroke", "#1a1a1a"], ["stroke-width", 2], ["visibility", "hidden"]]) ring.setAttribute(name, value);
  svg.append(ring);
  const hide = () => {
    ring.setAttribute("visibility", "hidden");
    said.textContent = "";
  };
  const tell = (event) => {
    const matrix = svg.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const apart = ([left, top]) => Math.hypot(left - x, top - y);
    const nearest = readings.reduce((best, one) => (apart(one) < apart(best) ? one : best));
    if (apart(nearest) > REACH) return hide();
    ring.setAttribute("cx", nearest[0]);
    ring.setAttribute("cy", nearest[1]);
    ring.setAttribute("visibility", "visible");
    // Curves that lie on each other speak together.
    const here = readings.filter(([left, top]) => left === nearest[0] && top === nearest[1]);
    said.textContent = here.map(([, , text]) => text).join("; ");
  };
  svg.addEventListener("pointermove", tell);
  svg.addEventListener("pointerdown", tell);
  svg.addEventListener("pointerleave", hide);
}

const cellText = (cell) => make("td", { class: "number" }, cell.text, cell.interval ? make("small", {}, cell.interval) : null);

function figuresTable(figures, columns) {
  const head = make("tr", {}, make("th", { scope: "col" }, "Over the horizon"), ...columns.map((name) => make("th", { scope: "col", class: "number" }, name)));
  const rows = figures.map(({ label, meaning, baseline, changed, difference }) => {
    const cells = [cellText(baseline)];
    if (columns.length > 1) {
      cells.push(changed ? cellText(changed) : make("td", {}));
      const cell = difference ? cellText(difference) : make("td", { class: "number" }, "\u2013");
      if (difference && difference.direction === "less") cell.classList.add("less");
      if (difference && difference.direction === "more") cell.classList.add("more-is");
      cells.push(cell);
    }
    cells.forEach((cell, number) => cell.setAttribute("data-column", columns[number]));
    return make("tr", {}, make("th", { scope: "row", title: meaning }, label), ...cells);
  });
  return [make("thead", {}, head), make("tbody", {}, ...rows)];
}

function showAnswer(message) {
  state.answer = message;
  element("sentence").textContent = message.sentence;
  const isChanged = message.figures.some((figure) => figure.changed);
  const columns = isChanged ? ["Baseline", "With your changes", "Difference"] : ["Baseline"];
  const cost = message.cost === null ? "" : ` The policies cost ${money(message.cost)}.`;
  const caption = make("caption", {}, `${placeText(message)}; below each figure its 95 % interval, where the futures tell one.${cost}`);
  element("figures").replaceChildren(caption, ...figuresTable(message.figures, columns));
  const part = message.nothing_is_random || message.final ? 1 : message.trials / message.asked;
  element("progress").value = part;
  const first = message.figures.find((figure) => figure.difference && figure.difference.standard_error !== null) ?? message.figures[0];
  const measured = first && (first.difference ?? first.baseline);
  const error = measured && measured.standard_error !== null && measured.standard_error !== undefined
    ? `, standard error of the ${first.difference ? "difference" : "shortfall"} ${shown(Number(measured.standard_error.toPrecision(2)))} points` : "";
  element("done").textContent = message.nothing_is_random ? "Nothing here is random: one future says all."
    : `${message.trials.toLocaleString("en")} futures${error}${message.final ? "." : ", sharpening."}`;
  if (message.final) {
    element("more").replaceChildren(...message.more.map((sentence) => make("p", {}, sentence)));
    element("spoken").textContent = `${message.sentence} ${message.trials} futures.`;
    showStories(message);
  }
  fillPlaces(message);
}

const placeText = ({ at, rows }) => {
  const row = rows.find((one) => one.material === at.material && one.place === at.place);
  return row ? `${row.material_name}, ${row.place_name}` : "";
};

/** Offers the materials and places of the answer. */
function fillPlaces({ rows, at }) {
  const fill = (select, options, chosen) => {
    const now = JSON.stringify(options);
    if (select.dataset.options !== now) {
      select.dataset.options = now;
      select.replaceChildren(...options.map(([value, name]) => make("option", { value }, name)));
    }
    select.value = chosen;
  };
  const materials = new Map(rows.map((row) => [row.material, row.material_name]));
  fill(element("material"), [...materials], at.material);
  fill(element("place"), rows.filter((row) => row.material === at.material).map((row) => [row.place, row.place_name]), at.place);
}

// ---------------------------------------------------------------------------------------------------- charts

const HEADINGS = [
  ["compare", "Who gains, who loses"],
  ["exceedance", "How probable is a shortfall of what size"],
  ["shortfall-by-country", "By place"],
  ["fan", "Over time"],
  ["paths", "Single futures"],
  ["events", "Where it comes from"],
  ["supply-shares", "Who supplies, stage by stage"],
  ["policy-costs", "What it costs for what it avoids"],
];

const headingOf = (name) => (HEADINGS.find(([kind]) => name.replace(/^changed-/, "").startsWith(kind)) ?? [null, "Further charts"])[1];

/** Puts charts into a place; a chart of the same name keeps its frame, and so its open table, which waits for the last charts of a run. */
function showCharts(into, charts, tableOf, isLast = true) {
  const frames = new Map([...into.querySelectorAll("figure")].map((frame) => [frame.dataset.name, frame]));
  const sections = new Map();
  for (const chart of charts) {
    const heading = headingOf(chart.name);
    if (!sections.has(heading)) sections.set(heading, []);
    let frame = frames.get(chart.name);
    if (!frame) frame = frameOf(chart);
    frame.chart = chart;
    // Table and CSV are of what is drawn now.
    frame.tableOf = tableOf;
    const drawn = frame.querySelector(".drawn");
    drawn.replaceChildren(drawing(chart.svg));
    pointable(drawn, chart.readings, frame.querySelector(".reading"));
    if (frame.querySelector("details").open) {
      if (isLast) frame.fillTable();
      else frame.awaitTable();
    }
    const whose = frame.querySelector(".whose");
    const isPair = charts.some((other) => other.name === `changed-${chart.name}` || chart.name === `changed-${other.name}`);
    whose.textContent = isPair ? (chart.name.startsWith("changed-") ? "With your changes" : "Baseline") : "";
    whose.hidden = !isPair;
    sections.get(heading).push(frame);
  }
  const order = [...HEADINGS.map(([, heading]) => heading), "Further charts"].filter((heading) => sections.has(heading));
  const content = order.map((heading) => {
    const known = [...into.querySelectorAll("section")].find((section) => section.dataset.heading === heading);
    const frames = sections.get(heading);
    if (known && frames.length === known.querySelectorAll("figure").length && frames.every((frame) => known.contains(frame))) return known;
    return make("section", { "data-heading": heading }, make("h3", {}, heading), make("div", { class: "pair" }, ...frames));
  });
  const same = content.length === into.children.length && content.every((section, number) => section === into.children[number]);
  if (!same) into.replaceChildren(...content);
}

function frameOf(chart) {
  const about = chart.name.replaceAll("-", " ");
  const frame = make("figure", { "data-name": chart.name });
  const table = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table of ${about}` });
  const details = make("details", {}, make("summary", {}, "Table"), table);
  frame.fillTable = async () => {
    const of = frame.chart;
    let filled;
    try { filled = tableFrom(await frame.tableOf(of.table), of); } catch (error) { filled = error.message; }
    // Meanwhile another chart may have come, with a table of its own.
    if (frame.chart !== of) return;
    table.removeAttribute("aria-busy");
    table.replaceChildren(filled);
  };
  frame.awaitTable = () => table.setAttribute("aria-busy", "true");
  details.addEventListener("toggle", () => { if (details.open) frame.fillTable(); });
  const button = (text, act) => make("button", { type: "button", "aria-label": `${text}: ${about}`, onclick: act }, text);
  frame.append(
    make("p", { class: "whose" }),
    make("div", { class: "drawn" }),
    make("p", { class: "reading" }),
    make("figcaption", {},
      button("Large view", () => {
        const large = element("large-chart");
        large.replaceChildren(drawing(frame.chart.svg, "large-"));
        pointable(large, frame.chart.readings, element("large-reading"));
        element("large").showModal();
      }),
      button("SVG", () => download(`${frame.chart.name}.svg`, frame.chart.svg, "image/svg+xml")),
      button("CSV", async () => {
        try { download(`${frame.chart.table}.csv`, await frame.tableOf(frame.chart.table), "text/csv"); } catch (error) { note(error.message); }
      })),
    details);
  return frame;
}

/** Columns that say where a table comes from: in the file, not on the page. */
const STAMP = new Set(["program", "program_version", "scenario", "scenario_sha256", "seed", "trials", "sampling", "sampling_version", "material_name", "place_name", "policy_name", "event_name"]);
const MOST_ROWS = 500;

/** The rows of a table that a chart is of. */
function tableFrom(csv, { name, table }) {
  const [header, ...rows] = parsedCsv(csv);
  const column = (wanted) => header.indexOf(wanted);
  const keep = (wanted, test) => (row) => column(wanted) < 0 || test(row[column(wanted)]);
  const materials = [...new Set(rows.map((row) => row[column("material")]))];
  const material = materials.filter((id) => id && name.endsWith(`-${id}`)).sort((one, other) => other.length - one.length)[0];
  const isPair = ["timeline", "attribution", "supply"].includes(table);
  const tests = [];
  if (material) tests.push(keep("material", (id) => id === material));
  if (isPair) tests.push(keep("policy", (id) => (id === "changed") === name.startsWith("changed-")));
  tests.push(keep("sector", (sector) => sector === "all" || sector === ""));
  const wanted = rows.filter((row) => tests.every((test) => test(row)));
  const columns = header.map((title, number) => [title, number]).filter(([title, number]) => !STAMP.has(title) && wanted.some((row) => row[number] !== ""));
  const isNumber = (number) => wanted.every((row) => row[number] === "" || Number.isFinite(Number(row[number])));
  const numeric = new Set(columns.filter(([, number]) => isNumber(number)).map(([, number]) => number));
  const cell = (row, number) => make("td", { class: numeric.has(number) ? "number" : null }, row[number]);
  const body = wanted.slice(0, MOST_ROWS).map((row) => make("tr", {}, ...columns.map(([, number]) => cell(row, number))));
  const left = wanted.length > MOST_ROWS ? ` The first ${MOST_ROWS} of ${wanted.length} rows; the CSV has all.` : "";
  return make("table", {},
    make("caption", {}, `From ${table}.csv.${left}`),
    make("thead", {}, make("tr", {}, ...columns.map(([title, number]) => make("th", { scope: "col", class: numeric.has(number) ? "number" : null }, title.replaceAll("_", " "))))),
    make("tbody", {}, ...body));
}

// ---------------------------------------------------------------------------------------------------- stories

const RANKS = { median: "The one in the middle", p95: "One as bad as 1 in 20", p99: "One as bad as 1 in 100", maximum: "The worst" };

function showStories({ replayable }) {
  const buttons = [];
  for (const [whose, title] of [["baseline", "baseline"], ["changed", "with your changes"]]) {
    for (const { rank, trial, shortfall_pct: percent } of replayable[whose] ?? []) {
      const text = `${RANKS[rank] ?? rank}, ${title} (${shown(Number(percent.toPrecision(3)))} % short)`;
      buttons.push(make("button", { type: "button", onclick: () => tellStory(whose, trial, text) }, text));
    }
  }
  element("story-buttons").replaceChildren(...buttons);
}

async function tellStory(whose, trial, title) {
  const choice = whose === "baseline" ? { policies: [], set: [] } : asked();
  try {
    const [told] = await askAll({ do: "trial", choice, trial });
    const events = told.events.map((event) => make("li", {},
      `${event.start_date}: ${event.name}, severity ${shown(Number(event.severity.toPrecision(2)))}, ${shown(Number(event.duration_months.toPrecision(2)))} months`));
    element("story").replaceChildren(
      make("h3", { tabindex: "-1" }, title),
      make("p", {}, `Future number ${trial}: ${shown(Number(told.shortfall_pct.toPrecision(3)))} % of demand is short over the horizon.`),
      events.length ? make("ul", {}, ...events) : make("p", {}, "No event comes in this future."),
      make("details", {}, make("summary", {}, "Month by month"), make("pre", { tabindex: "0", "aria-label": "The story, month by month" }, told.story)));
    element("story").querySelector("h3").focus();
  } catch (error) {
    note(error.message);
  }
}

// ---------------------------------------------------------------------------------------------------- side by side

const keptKey = () => `critmin ${state.described.scenario_sha256}`;

/** Kept scenarios stay for as long as the window does. */
function rememberKept() {
  try { sessionStorage.setItem(keptKey(), JSON.stringify(state.kept)); } catch { /* A page from a disk may have no storage. */ }
}

function recallKept() {
  try { state.kept = JSON.parse(sessionStorage.getItem(keptKey()) ?? "[]"); } catch { state.kept = []; }
}

function showKept() {
  const rows = new Map();
  for (const { choice } of state.kept) for (const line of differences(choice)) rows.set(line.id, line);
  const head = make("tr", {}, make("th", { scope: "col" }, "What differs"), make("th", { scope: "col" }, "Baseline"),
    ...state.kept.map(({ name, choice }, number) => make("th", { scope: "col" }, name, make("div", { class: "tools" },
      make("button", { type: "button", "aria-label": `Load ${name}`, onclick: () => { state.choice = copied(choice); changed(); } }, "Load"),
      make("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => { state.kept.splice(number, 1); rememberKept(); showKept(); } }, "Remove")))));
  const body = [...rows.values()].map(({ id, name, baseline }) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, baseline),
    ...state.kept.map(({ choice }) => make("td", {}, differences(choice).find((line) => line.id === id)?.value ?? baseline))));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
  element("kept-list").replaceChildren(state.kept.length
    ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Kept scenarios" }, table)
    : make("p", { class: "muted" }, "None yet: change something, give it a name and keep it."));
  element("compare").disabled = state.kept.length === 0;
  element("compared").replaceChildren();
  element("keep-name").value = "";
}

async function compareKept() {
  const button = element("compare");
  button.disabled = true;
  button.textContent = "Comparing";
  try {
    const kept = state.kept.map(({ name, choice }) => ({ name, choice: asked(choice) }));
    const [found] = await askAll({ do: "compare", kept, trials: state.answer?.final ? state.answer.trials : undefined });
    showCompared(found);
  } catch (error) {
    note(error.message);
  }
  button.disabled = false;
  button.textContent = "Compare all that are kept";
}

function showCompared({ columns, sentences, csv, charts, trials }) {
  const first = columns[0].figures;
  const head = make("tr", {}, make("th", { scope: "col" }, "Over the horizon"), make("th", { scope: "col", class: "number" }, "Baseline"),
    ...columns.map(({ name }) => make("th", { scope: "col", class: "number" }, name)));
  const rows = first.map(({ label, baseline }, number) => make("tr", {}, make("th", { scope: "row" }, label), cellText(baseline),
    ...columns.map(({ figures }) => {
      const { changed: value, difference } = figures[number];
      const less = difference?.direction === "less" ? "less" : difference?.direction === "more" ? "more-is" : null;
      return make("td", { class: "number" }, value.text, difference ? make("small", { class: less }, `${difference.text}${difference.interval ? ` (${difference.interval})` : ""}`) : null);
    })));
  const drawn = make("div", {});
  element("compared").replaceChildren(
    ...sentences.map((sentence) => make("p", {}, sentence)),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures of the kept scenarios" },
      make("table", {}, make("caption", {}, `${state.described.headline.material_name}, ${state.described.headline.place_name}; ${trials.toLocaleString("en")} futures, the same for all.`),
        make("thead", {}, head), make("tbody", {}, ...rows))),
    make("p", {}, make("button", { type: "button", onclick: () => download("compare.csv", csv, "text/csv") }, "Download compare.csv"), " ",
      make("button", { type: "button", onclick: () => downloadFile(state.kept, trials) }, "Download them as one scenario file")),
    drawn);
  const own = charts.map((chart) => ({ ...chart, svg: chart.svg.replaceAll("critmin-", "kept-critmin-") }));
  showCharts(drawn, own, async () => csv);
}

/** The scenario file that holds these choices as policies. */
async function downloadFile(kept, trials) {
  try {
    const [file] = await askAll({ do: "file", kept: kept.map(({ name, choice }) => ({ name, choice: asked(choice) })), trials });
    download(file.name, file.text, "application/toml");
  } catch (error) {
    note(error.message);
  }
}

// ---------------------------------------------------------------------------------------------------- assumptions

function showAssumptions({ citations, defaults, warnings }) {
  const cautions = warnings.map(({ code, message, acknowledged, place }) => make("li", {}, make("strong", {}, code), ` ${message}`,
    acknowledged ? ` The author lets it stand: ${acknowledged}` : "", place ? ` (${place})` : ""));
  const rows = citations.map(({ address, kind, text, place }) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, address)),
    make("td", {}, kind === "source" ? "Source" : "Assumption"), make("td", {}, text), make("td", {}, place ?? "")));
  const head = ["Figure", "Kind", "What it says", "Place"].map((title) => make("th", { scope: "col" }, title));
  element("assumed").replaceChildren(
    make("h3", {}, `Cautions (${cautions.length})`), cautions.length ? make("ul", {}, ...cautions) : make("p", {}, "The checks find nothing to warn of."),
    make("details", {}, make("summary", {}, `Sources and assumptions of ${citations.length} figures`),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Sources and assumptions" },
        make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)))),
    make("details", {}, make("summary", {}, `${defaults.length} defaults where the file is silent`), make("ul", {}, ...defaults.map((text) => make("li", {}, make("code", {}, text))))));
}
