"use strict";
// How the page reaches the engine: a server that sends events, or a worker that holds the engine itself. Both take a request and give messages.

/** Asks the server that the page came from. */
class ServerTransport {
  /** Sends `request`; calls `heard` for each message. Rejects with an error that says what is wrong. */
  async ask(request, heard, signal) {
    const response = await fetch("ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
      signal,
    });
    if (!response.ok) throw new Error(`The program refuses this: ${(await response.text()).trim() || response.status}`);
    return this.read(response.body.getReader(), heard);
  }

  async read(reader, heard) {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const events = rest.split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
        if (data.length) heard(JSON.parse(data.join("\n")));
      }
    }
  }
}

/** What the worker runs: it takes the engine, opens the scenario, then answers one request after the other. */
function workerMain() {
  let engine = null;
  const text = (pointer, length) => new TextDecoder().decode(new Uint8Array(engine.memory.buffer, pointer, length));
  const put = (string) => {
    const bytes = new TextEncoder().encode(string);
    const pointer = engine.critmin_buffer(bytes.length);
    new Uint8Array(engine.memory.buffer, pointer, bytes.length).set(bytes);
  };
  const answers = () => JSON.parse(text(engine.critmin_answer(), engine.critmin_answer_length()));
  onmessage = async ({ data }) => {
    try {
      if (data.module) {
        const module = await WebAssembly.compile(data.module);
        // A library underneath names functions of browsers that nothing calls.
        const imports = {};
        for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
        engine = (await WebAssembly.instantiate(module, imports)).exports;
        put(data.scenario);
        engine.critmin_open();
      } else {
        put(JSON.stringify(data.request));
        engine.critmin_ask();
      }
      postMessage({ id: data.id, messages: answers() });
    } catch (error) {
      postMessage({ id: data.id, failed: String(error) });
    }
  };
}

/** Asks the engine in the page. A run is asked for in steps, so that it can be left off between two; what is simulated is kept. */
class WorkerTransport {
  constructor(engine, scenario) {
    const bytes = Uint8Array.from(atob(engine), (letter) => letter.charCodeAt(0));
    const source = URL.createObjectURL(new Blob([`(${workerMain})()`], { type: "text/javascript" }));
    this.worker = new Worker(source);
    this.waiting = new Map();
    this.last = 0;
    this.steps = [64, 256, 1024, ...Array.from({ length: 20 }, (_, power) => 2048 * 2 ** power)];
    this.worker.onmessage = ({ data }) => {
      const { done, failed } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.failed) failed(new Error(data.failed));
      else done(data.messages);
    };
    this.queue = this.post({ module: bytes, scenario }).then((messages) => this.check(messages));
  }

  check(messages) {
    const refused = messages.find((message) => message.kind === "refused");
    if (refused) throw new Error(refused.message);
  }

  post(what) {
    this.last += 1;
    const id = this.last;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ ...what, id });
    });
  }

  /** See ServerTransport. */
  async ask(request, heard, signal) {
    const turn = this.queue.catch(() => {}).then(() => this.one(request, heard, signal));
    this.queue = turn;
    return turn;
  }

  async one(request, heard, signal) {
    const stopped = () => { if (signal && signal.aborted) throw new DOMException("stopped", "AbortError"); };
    const inSteps = request.do === "run" && !request.precision;
    const trials = request.trials || WorkerTransport.trials;
    const steps = inSteps ? [...this.steps.filter((step) => step < trials), trials] : [null];
    for (const step of steps) {
      stopped();
      const part = step ? { ...request, trials: step } : request;
      const messages = await this.post({ request: part });
      stopped();
      const isLast = step === null || step === trials;
      for (const message of messages) {
        if (!isLast && message.kind === "repeat") continue;
        heard(step && "final" in message ? { ...message, final: isLast, asked: trials } : message);
      }
      if (messages.some((message) => message.kind === "refused")) return;
      await new Promise((done) => setTimeout(done, 0));
    }
  }
}
