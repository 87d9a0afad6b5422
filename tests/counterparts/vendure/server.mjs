// An empty Vendure shop on 127.0.0.1, in one process that keeps its database in memory.
// Argument, as JSON: port, and its owner's user and password.
import process from "node:process";

const { port, user, password } = JSON.parse(process.argv[2]);
process.env.VENDURE_DISABLE_TELEMETRY = "true";

const { bootstrap, DefaultLogger, LogLevel } = await import("@vendure/core");
const { card } = await import("./payment.mjs");
const { WebhookPlugin } = await import("./webhooks.mjs");

await bootstrap({
  apiOptions: { port, hostname: "127.0.0.1", adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: {
    tokenMethod: ["bearer", "api-key"],
    superadminCredentials: { identifier: user, password },
    requireVerification: false,
  },
  dbConnectionOptions: { type: "sqljs", synchronize: true, logging: false },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [card] },
  // Vendure's orders have no labels of their own; shops that want them add a list of words.
  customFields: { Order: [{ name: "tags", type: "string", list: true, nullable: true, public: false }] },
  plugins: [WebhookPlugin],
});
