// The page: reads the scenario, runs the newest choice, and connects the buttons.

const embedded = element("embedded-engine");
let transport = null;
/** The run that is under way. */
let running = null;

/** Asks, and gives all messages. A refusal is an error. */
async function askAll(request, signal) {
  const messages = [];
  await transport.ask(request, (message) => messages.push(message), signal);
  const refused = messages.find((message) => message.kind === "refused");
  if (refused) throw Object.assign(new Error(refused.message), { report: refused.report });
  return messages;
}

/** Runs what is chosen now, in place of what is under way. */
function run() {
  if (running) running.abort();
  const mine = new AbortController();
  running = mine;
  // Changes in one turn of the screen are one run.
  setTimeout(() => { if (running === mine) runNow(mine); }, 30);
}

async function runNow(mine) {
  document.body.classList.add("is-busy");
  element("more").replaceChildren();
  const choice = asked();
  const target = element("target").value;
  const request = { do: "run", choice, charts: true };
  if (target.startsWith("p")) request.precision = Number(target.slice(1));
  else if (target) request.trials = Number(target);
  if (state.place) request.at = state.place;
  try {
    await transport.ask(request, (message) => {
      if (running === mine) heard(message, choice);
    }, mine.signal);
  } catch (error) {
    if (error.name !== "AbortError" && running === mine) {
      clearNotes("run");
      note(`There is no answer: ${error.message}. Is the program still running?`, "run");
    }
  }
  if (running === mine) document.body.classList.remove("is-busy");
}

function heard(message, choice) {
  if (message.kind === "answer") {
    clearNotes("run");
    document.body.classList.remove("is-busy");
    showAnswer(message);
  } else if (message.kind === "charts") {
    const shownThen = state.answer.replayable;
    const tableOf = async (table) => table === "futures" ? futuresCsv(choice, shownThen)
      : (await askAll({ do: "table", choice, trials: message.trials, table }))[0].csv;
    showCharts(element("figures-drawn"), message.charts, tableOf, message.final);
  } else if (message.kind === "repeat") {
    element("command").textContent = message.command;
    document.body.dataset.ready = String(Number(document.body.dataset.ready ?? 0) + 1);
  } else if (message.kind === "refused") {
    clearNotes("run");
    note(`This cannot be simulated: ${message.message}`, "run");
    element("done").textContent = "Shown is what was found before.";
  }
}

/** The futures of the chart of single ones, period by period: each is replayed. */
async function futuresCsv(choice, replayable) {
  const lines = ["policy,rank,trial,period,date,shortfall_pct"];
  for (const whose of ["baseline", "changed"]) {
    for (const { rank, trial } of replayable[whose] ?? []) {
      const of = whose === "baseline" ? { policies: [], set: [] } : choice;
      const [told] = await askAll({ do: "trial", choice: of, trial });
      told.periods.forEach(({ date, short_pct: percent }, period) => lines.push([whose, rank, trial, period, date, Number(percent.toPrecision(6))].join(",")));
    }
  }
  return `${lines.join("\n")}\n`;
}

async function copyText(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    window.prompt("Copy this:", text);
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}

/** Goes back by one change, waits, and makes it again: the figures and charts move. */
function replayLast() {
  if (state.at === 0) return;
  const to = state.at;
  go(to - 1);
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  setTimeout(() => { if (state.at === to - 1 && state.history.length > to) go(to); }, isCalm ? 3000 : 1800);
}

function connect() {
  element("undo").addEventListener("click", () => go(state.at - 1));
  element("redo").addEventListener("click", () => go(state.at + 1));
  element("replay").addEventListener("click", replayLast);
  element("reset").addEventListener("click", () => { state.choice = { policies: {}, set: {} }; changed(); });
  document.addEventListener("keydown", (event) => {
    const isText = event.target.matches?.('input[type="number"], input[type="search"], input:not([type])');
    if (!(event.ctrlKey || event.metaKey) || isText || event.altKey) return;
    const isRedo = event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey);
    if (isRedo && state.at < state.history.length - 1) { event.preventDefault(); go(state.at + 1); }
    else if (event.key === "z" && !event.shiftKey && state.at > 0) { event.preventDefault(); go(state.at - 1); }
  });
  element("target").addEventListener("change", run);
  element("material").addEventListener("change", () => {
    const material = element("material").value;
    const rows = state.answer.rows.filter((row) => row.material === material);
    const same = rows.find((row) => row.place === element("place").value) ?? rows[0];
    state.place = [material, same.place];
    run();
  });
  element("place").addEventListener("change", () => {
    state.place = [element("material").value, element("place").value];
    run();
  });
  element("keep").addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.kept.length >= state.described.most_kept) { note(`At most ${state.described.most_kept} scenarios are kept: remove one.`); return; }
    state.kept.push({ name: element("keep-name").value.trim() || "Unnamed", choice: copied(state.choice) });
    rememberKept();
    showKept();
  });
  element("compare").addEventListener("click", compareKept);
  element("copy-link").addEventListener("click", (event) => copyText(location.href, event.target));
  element("copy-command").addEventListener("click", (event) => copyText(element("command").textContent, event.target));
  element("download-file").addEventListener("click", () => downloadFile([{ name: "Your changes", choice: state.choice }], state.answer?.trials ?? state.described.trials));
  element("print").addEventListener("click", () => window.print());
  window.addEventListener("hashchange", () => { state.choice = choiceOf(location.hash); changed(); });
}

function showDescribed(described) {
  state.described = described;
  WorkerTransport.trials = described.trials;
  element("title").textContent = described.title;
  element("question").textContent = described.description ?? "";
  const months = Math.round(described.horizon_months);
  const length = months % 12 === 0 ? `${months / 12} ${months === 12 ? "year" : "years"}` : `${months} months`;
  element("about").textContent = `${length} from ${described.start}, in steps of a ${described.step}. Scenario ${described.scenario}, seed ${described.seed}.`;
  element("footer").textContent = `${described.program}, scenario ${described.scenario}, sha256 ${described.scenario_sha256.slice(0, 16)}. Figures are results of a model under the assumptions above, not forecasts.`;
  const own = [["", `${described.trials.toLocaleString("en")} futures`]];
  const more = [2048, 8192, 32768, 131072].filter((trials) => trials !== described.trials && trials <= described.most_trials);
  const precise = [0.02, 0.01, 0.005].map((share) => [`p${share}`, `a standard error of ${shown(100 * share)} % of the baseline`]);
  const options = [...own, ...more.map((trials) => [String(trials), `${trials.toLocaleString("en")} futures`]), ...precise];
  element("target").replaceChildren(...options.map(([value, name]) => make("option", { value }, name)));
  showAssumptions(described);
  buildLevers();
}

async function begin() {
  try {
    transport = embedded
      ? new WorkerTransport(embedded.textContent.trim(), element("embedded-scenario").textContent)
      : new ServerTransport();
    const [described] = await askAll({ do: "describe" });
    showDescribed(described);
    recallKept();
    showKept();
    state.choice = choiceOf(location.hash);
    state.history = isEmpty(state.choice) ? [] : [{ policies: {}, set: {} }];
    state.history.push(copied(state.choice));
    state.at = state.history.length - 1;
    connect();
    showChoice();
    const first = element("embedded-first");
    if (first && isEmpty(state.choice)) for (const message of JSON.parse(first.textContent)) heard(message, asked());
    else run();
  } catch (error) {
    element("title").textContent = "The scenario could not be read";
    note(error.message);
  }
}

begin();
