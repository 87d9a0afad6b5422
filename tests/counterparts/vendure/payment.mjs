// A card that pays at once and gives money back at once, unless an order's payment says that it does not.
import { LanguageCode, PaymentMethodHandler } from "@vendure/core";

let made = 0;
const next = (kind) => `${kind}-${process.pid}-${++made}`;

export const card = new PaymentMethodHandler({
  code: "card",
  description: [{ languageCode: LanguageCode.en, value: "Card" }],
  args: {},
  createPayment: (_context, _order, amount, _args, metadata) => ({
    amount,
    state: "Settled",
    transactionId: next("charge"),
    metadata,
  }),
  settlePayment: () => ({ success: true }),
  createRefund: (_context, _input, _amount, _order, payment) =>
    payment.metadata.refusesRefunds
      ? { state: "Failed", metadata: { errorMessage: "The card's bank refuses refunds" } }
      : { state: "Settled", transactionId: next("refund"), metadata: {} },
});

// An invoice that was paid to the bank: what goes back has to be sent by hand, so its refunds stay pending.
export const invoice = new PaymentMethodHandler({
  code: "invoice",
  description: [{ languageCode: LanguageCode.en, value: "Invoice" }],
  args: {},
  createPayment: (_context, _order, amount) => ({ amount, state: "Settled", transactionId: next("transfer") }),
  settlePayment: () => ({ success: true }),
});
