// A chain of user tasks; for each: recover the stored state, signal the task, store the state.
"use strict";
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");
const { EventEmitter } = require("events");
const [folder, count] = [process.argv[2], Number(process.argv[3])];
const load = createRequire(path.join(folder, "package.json"));
const { Engine } = load("bpmn-engine");
const file = path.join(folder, "bpmn-engine.state.json");

const ids = Array.from({ length: count }, (_, n) => `task${n}`);
const steps = ["start", ...ids, "end"];
const flows = steps.slice(1).map((to, n) =>
  `<sequenceFlow id="f${n}" sourceRef="${steps[n]}" targetRef="${to}"/>`);
const source = `<?xml version="1.0"?><definitions id="d" targetNamespace="t"
 xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="chain" isExecutable="true">
 <startEvent id="start"/>${ids.map((i) => `<userTask id="${i}"/>`).join("")}<endEvent id="end"/>
 ${flows.join("")}</process></definitions>`;

const waits = (engine, run) => new Promise((resolve, reject) => {
  const listener = new EventEmitter();
  listener.on("activity.wait", (api) => resolve({ engine, api }));
  engine.once("end", () => resolve({ engine }));
  engine.once("error", reject);
  run(listener).catch(reject);
});

async function store(engine) {
  fs.writeFileSync(file, JSON.stringify(await engine.getState()));
}

async function main() {
  const first = new Engine({ name: "chain", source });
  await waits(first, (listener) => first.execute({ listener }));
  await store(first);
  first.stop();
  const spent = [];
  for (let n = 0; n < count - 1; n++) {
    const begun = process.cpuUsage();
    const engine = new Engine({ name: "chain" }).recover(JSON.parse(fs.readFileSync(file)));
    const { api } = await waits(engine, (listener) => engine.resume({ listener }));
    await new Promise((resolve) => {
      const after = new EventEmitter();
      engine.broker.subscribeTmp("event", "activity.wait", () => resolve(), { noAck: true });
      after.removeAllListeners();
      api.signal();
      setImmediate(resolve);
    });
    await store(engine);
    engine.stop();
    const used = process.cpuUsage(begun);
    spent.push((used.user + used.system) / 1000);
  }
  spent.sort((a, b) => a - b);
  const installed = path.join(folder, "node_modules", "bpmn-engine", "package.json");
  const { version } = JSON.parse(fs.readFileSync(installed));
  console.log(JSON.stringify({ version, ms: spent[spent.length >> 1] }));
}

main().catch((error) => { console.error(String(error)); process.exit(1); });
