// Many open pages without browsers: opens circuits as blazor.web.js does, answers every batch as a browser that keeps up, and counts what arrives.
//   node viewers.mjs URL COUNT     the page (http://…/runs/ID) and how many of it; runs until its input is closed
// Prints "open COUNT" when all pages are live, and at the end one line of JSON with what they received.
import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

const [page, count] = [new URL(process.argv[2]), Number(process.argv[3])];
const atOnce = 4; // pages that open at the same time
const seen = { pages: 0, batches: 0, bytes: 0, closed: 0, errors: [] };
process.on('uncaughtException', (error) => seen.errors.push(String(error.message ?? error))); // counted, and the other pages go on

// The wire format of circuits is SignalR's MessagePack under another name.
class BlazorPack extends MessagePackHubProtocol {
  constructor() {
    super();
    this.name = 'blazorpack';
  }
}

// The answers that the page's scripts would give; what is not listed answers null.
const answers = { 'mudpopoverHelper.countProviders': 0 };

async function open() {
  const html = await (await fetch(page)).text();
  const markers = [...html.matchAll(/<!--Blazor:(\{.*?\})-->/g)].map((m) => JSON.parse(m[1])).filter((m) => m.type === 'server');
  const state = /<!--Blazor-Server-Component-State:(.*?)-->/.exec(html)?.[1] ?? '';
  const circuit = new HubConnectionBuilder()
    .withUrl(new URL('/_blazor', page).href, { transport: HttpTransportType.WebSockets })
    .withHubProtocol(new BlazorPack())
    .configureLogging(LogLevel.None)
    .build();
  let live;
  const ready = new Promise((resolve, reject) => {
    live = resolve;
    setTimeout(() => reject(new Error('the page did not become live within 120 s')), 120_000).unref();
  });
  circuit.on('JS.RenderBatch', (id, batch) => {
    seen.batches++;
    seen.bytes += batch.length;
    circuit.send('OnRenderCompleted', id, null).catch(() => {});
  });
  circuit.on('JS.BeginInvokeJS', (id, name) => {
    if (name === 'portal.setReady') live();
    if (id) circuit.send('EndInvokeJSFromDotNet', id, true, JSON.stringify([id, true, answers[name] ?? null])).catch(() => {});
  });
  circuit.on('JS.Error', (error) => seen.errors.push(error));
  for (const name of ['JS.AttachComponent', 'JS.EndUpdateRootComponents', 'JS.EndInvokeDotNet']) circuit.on(name, () => {});
  circuit.onclose(() => seen.closed++);
  await circuit.start();
  const secret = await circuit.invoke('StartCircuit', page.origin + '/', page.href, '[]', state);
  if (!secret) throw new Error('the portal refused the circuit');
  const operations = markers.map((marker, i) => ({ type: 'add', ssrComponentId: i + 1, marker }));
  await circuit.send('UpdateRootComponents', JSON.stringify({ batchId: 1, operations }), state);
  await ready;
  seen.pages++;
}

let left = count;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (left-- > 0) {
      try {
        await open();
      } catch (error) {
        seen.errors.push(String(error.message ?? error));
      }
    }
  }),
);
console.log(`open ${seen.pages}`);
process.stdin.resume();
process.stdin.on('end', () => {
  // The pages go as closed browsers do: without a word.
  console.log(JSON.stringify({ ...seen, errors: [...new Set(seen.errors)] }));
  process.exit(0);
});
