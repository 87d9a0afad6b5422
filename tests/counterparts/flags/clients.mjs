// Libraries of others, as their makers publish them, over the flags that Studio serves. What each of them says now is
// answered at this server's port, as JSON.
import { createServer } from "node:http";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { OpenFeature as WebOpenFeature } from "@openfeature/web-sdk";
import { Unleash } from "unleash-client";
import { InMemoryStorageProvider, UnleashClient } from "unleash-proxy-client";

const { port, base, server, frontend, streams } = JSON.parse(process.argv[2]);
const person = { userId: "7", properties: { plan: "gold" } };
const headers = [["Authorization", `Bearer ${frontend}`]];
const warnings = [];
const note = (who) => (error) => warnings.push(`${who}: ${error?.message ?? error}`);

const common = {
  url: `${base}/api`,
  customHeaders: { Authorization: server },
  metricsInterval: 1000,
  instanceId: "one",
};
const polling = new Unleash({ ...common, appName: "node-polling", refreshInterval: 1000 });
const streaming = new Unleash({ ...common, appName: "node-streaming", experimentalMode: { type: "streaming" } });
const crowd = [];
for (const [who, client] of [
  ["polling", polling],
  ["streaming", streaming],
]) {
  client.on("error", note(who));
  client.on("warn", note(who));
}
// More streams than there is room for: those beyond it are to go over to polling by themselves.
for (let number = 0; number < streams; number += 1) {
  crowd.push(
    new Unleash({
      ...common,
      appName: `node-crowd-${number}`,
      refreshInterval: 1000,
      disableMetrics: true,
      experimentalMode: { type: "streaming" },
    }),
  );
  crowd.at(-1).on("error", () => {});
}

const browser = new UnleashClient({
  url: `${base}/api/frontend`,
  clientKey: frontend,
  appName: "browser",
  refreshInterval: 1,
  metricsInterval: 1,
  metricsIntervalInitial: 1,
  storageProvider: new InMemoryStorageProvider(),
  context: person,
});
browser.on("error", note("browser"));
browser.start();

OpenFeature.setProvider(new OFREPProvider({ baseUrl: base, headers }));
const provider = OpenFeature.getClient();
WebOpenFeature.setContext({ targetingKey: "7", plan: "gold" });
WebOpenFeature.setProvider(
  new OFREPWebProvider({
    baseUrl: base,
    headers,
    pollInterval: 1000,
    cacheMode: "disabled",
    changeDetection: "polling",
  }),
);
const web = WebOpenFeature.getClient();

createServer(async (_request, response) => {
  const context = { targetingKey: "7", plan: "gold" };
  const missing = await provider.getBooleanDetails("not-there", false, context);
  const told = {
    polling: {
      on: polling.isEnabled("new-checkout", person),
      variant: polling.getVariant("new-checkout", person).name,
    },
    streaming: {
      on: streaming.isEnabled("new-checkout", person),
      variant: streaming.getVariant("new-checkout", person).name,
    },
    crowd: { on: crowd.map((one) => one.isEnabled("new-checkout", person)) },
    browser: { on: browser.isEnabled("new-checkout"), variant: browser.getVariant("new-checkout").name },
    provider: {
      on: await provider.getBooleanValue("new-checkout", false, context),
      text: await provider.getStringValue("greeting", "default", context),
      number: await provider.getNumberValue("limit", -1, context),
      object: await provider.getObjectValue("theme", {}, context),
      missing: missing.errorCode,
    },
    web: {
      on: web.getBooleanValue("new-checkout", false),
      text: web.getStringValue("greeting", "default"),
      reason: web.getBooleanDetails("new-checkout", false).reason,
    },
    warnings,
  };
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(told));
}).listen(port, "127.0.0.1");
