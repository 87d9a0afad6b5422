// An empty Vendure shop on 127.0.0.1, in one process that keeps its database in memory.
// Argument, as JSON: port, and its owner's user and password.
import { createHash } from "node:crypto";
import process from "node:process";

const { port, user, password } = JSON.parse(process.argv[2]);
process.env.VENDURE_DISABLE_TELEMETRY = "true";

const { bootstrap, DefaultLogger, defaultOrderProcess, LogLevel, RandomBytesApiKeyStrategy } = await import(
  "@vendure/core"
);
const { card, invoice } = await import("./payment.mjs");
const { WebhookPlugin } = await import("./webhooks.mjs");

// Vendure looks at an API key with bcrypt at every request, 0.3 s each; long random keys need no slow hash.
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hashingStrategy = { hash: async (text) => sha256(text), check: async (text, hash) => sha256(text) === hash };

// Vendure's orders have no hold of their own; shops that want one add a state.
const held = {
  transitions: {
    PaymentSettled: { to: ["OnHold"], mergeStrategy: "merge" },
    OnHold: { to: ["PaymentSettled", "Cancelled"] },
  },
};

await bootstrap({
  apiOptions: { port, hostname: "127.0.0.1", adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: {
    adminApiKeyStrategy: new RandomBytesApiKeyStrategy({ hashingStrategy }),
    tokenMethod: ["bearer", "api-key"],
    superadminCredentials: { identifier: user, password },
    requireVerification: false,
  },
  dbConnectionOptions: { type: "sqljs", synchronize: true, logging: false },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [card, invoice] },
  orderOptions: { process: [defaultOrderProcess, held] },
  // Vendure's orders have no labels of their own; shops that want them add a list of words.
  customFields: { Order: [{ name: "tags", type: "string", list: true, nullable: true, public: false }] },
  plugins: [WebhookPlugin],
});
