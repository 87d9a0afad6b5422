// Webhooks of this shop, which Vendure itself has none of: registered through the Admin API, sent by its event bus.
// Each is signed by Standard Webhooks: base64 HMAC-SHA256 over `id.timestamp.body` under the registration's secret.
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import {
  ConfigService,
  EventBus,
  Permission,
  PluginCommonModule,
  TransactionalConnection,
  VendurePlugin,
} from "@vendure/core";
import gql from "graphql-tag";
import { messages, TOPICS } from "./messages.mjs";
import { decorated, resolver } from "./nest.mjs";

const ATTEMPTS = 5;
const PAUSE_MS = 400;
const registered = new Map();
const deliveries = [];

const schema = gql`
  type WebhookRegistration { id: String!, url: String!, topics: [String!]!, channelToken: String!, createdAt: DateTime! }
  type NewWebhookRegistration { id: String!, url: String!, topics: [String!]!, secret: String! }
  type WebhookDelivery { id: String!, topic: String!, url: String!, status: Int, attempt: Int! }
  input RegisterWebhookInput { url: String!, topics: [String!]!, secret: String }
  extend type Query { webhooks: [WebhookRegistration!]!, webhookDeliveries: [WebhookDelivery!]! }
  extend type Mutation {
    "One registration an address and channel: to register again replaces it. The secret is given once."
    registerWebhook(input: RegisterWebhookInput!): NewWebhookRegistration!
    removeWebhook(id: String!): Boolean!
  }
`;

const shown = ({ secret, ...rest }) => rest;

const WebhookResolver = resolver({
  queries: {
    webhooks: [[Permission.ReadSettings], (context) => here(context).map(shown)],
    webhookDeliveries: [[Permission.ReadSettings], () => deliveries],
  },
  mutations: {
    registerWebhook: [[Permission.UpdateSettings], register],
    removeWebhook: [[Permission.UpdateSettings], remove],
  },
});

function here(context) {
  return [...registered.values()].filter((one) => one.channelToken === context.channel.token);
}

function register(context, { input }) {
  const strange = input.topics.filter((topic) => !TOPICS.includes(topic));
  if (strange.length > 0 || input.topics.length === 0) {
    throw new Error(`No such topics: ${strange.join(", ")}. There are ${TOPICS.join(", ")}.`);
  }
  for (const one of here(context).filter((one) => one.url === input.url)) registered.delete(one.id);
  const made = {
    id: randomUUID(),
    url: input.url,
    topics: input.topics,
    channelToken: context.channel.token,
    createdAt: new Date(),
    secret: input.secret ?? `whsec_${randomBytes(24).toString("base64")}`,
  };
  registered.set(made.id, made);
  return made;
}

function remove(context, { id }) {
  return here(context).some((one) => one.id === id) && registered.delete(id);
}

async function announce({ topic, channel, data }, moneyPrecision) {
  const wanted = [...registered.values()].filter(
    (one) => one.channelToken === channel.token && one.topics.includes(topic),
  );
  const occurred = new Date().toISOString();
  const body = JSON.stringify({ type: topic, timestamp: occurred, channel, moneyPrecision, data });
  await Promise.all(wanted.map((one) => deliver(one, topic, body)));
}

async function deliver(one, topic, body) {
  const id = `msg_${randomUUID()}`;
  for (let attempt = 1; attempt <= ATTEMPTS && registered.has(one.id); attempt++) {
    const status = await post(one, id, body);
    deliveries.push({ id, topic, url: one.url, status, attempt });
    if (status !== null && status < 500 && status !== 429) return;
    await after(PAUSE_MS * attempt);
  }
}

async function post(one, id, body) {
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const key = Buffer.from(one.secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
  try {
    const answer = await fetch(one.url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
    });
    return answer.status;
  } catch {
    return null; // Nobody answers there: tried again like an answer that says so.
  }
}

class Webhooks {
  constructor(bus, connection, config) {
    this.bus = bus;
    this.connection = connection;
    this.config = config;
  }

  onApplicationBootstrap() {
    const precision = this.config.entityOptions.moneyStrategy.precision;
    for (const { event, message } of messages(this.connection)) {
      this.bus.ofType(event).subscribe((happened) => {
        message(happened)
          .then((found) => Promise.all(found.map((one) => announce(one, precision))))
          .catch((error) => console.error("webhook", error));
      });
    }
  }
}

export const WebhookPlugin = decorated(
  Webhooks,
  VendurePlugin({
    imports: [PluginCommonModule],
    adminApiExtensions: { schema, resolvers: [WebhookResolver] },
    compatibility: "^3.0.0",
  }),
  { 0: EventBus, 1: TransactionalConnection, 2: ConfigService },
);
