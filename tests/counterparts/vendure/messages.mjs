// Which event of the shop is told under which topic, and what is told: the shapes that the Admin API gives.
import {
  CustomerEvent,
  Order,
  OrderPlacedEvent,
  OrderStateTransitionEvent,
  Product,
  ProductEvent,
  ProductVariant,
  ProductVariantEvent,
  ProductVariantPriceEvent,
  RefundEvent,
  StockMovementEvent,
} from "@vendure/core";

export const TOPICS = [
  "order.created",
  "order.paid",
  "order.cancelled",
  "refund.created",
  "product.changed",
  "stock.changed",
  "customer.changed",
];

const ids = (rows) => [...new Set(rows.map(String))];

/** Events, each with the function that makes messages of it: topic, channel, data. */
export function messages(connection) {
  const one = (ctx, topic, data) => [{ topic, channel: channelData(ctx.channel), data }];

  const order = async (ctx, id) => {
    const relations = [
      "customer",
      "lines",
      "lines.productVariant",
      "lines.productVariant.translations",
      "payments",
      "payments.refunds",
      "shippingLines",
      "surcharges",
    ];
    return orderData(await connection.getEntityOrThrow(ctx, Order, id, { relations }));
  };

  const product = async (ctx, id) => {
    const relations = [
      "translations",
      "variants",
      "variants.translations",
      "variants.productVariantPrices",
      "variants.stockLevels",
    ];
    const found = await connection.getRepository(ctx, Product).findOne({ where: { id }, relations });
    return found ? productData(found, ctx) : { id: String(id), deleted: true };
  };

  const productsOf = async (ctx, variantIds) => {
    const rows = await connection.getRepository(ctx, ProductVariant).find({ where: variantIds.map((id) => ({ id })) });
    return Promise.all(ids(rows.map((row) => row.productId)).map((id) => product(ctx, id)));
  };

  const changedProducts = async (ctx, variantIds, topic = "product.changed") =>
    (await productsOf(ctx, variantIds)).flatMap((data) => one(ctx, topic, data));

  return [
    {
      event: OrderPlacedEvent,
      message: async ({ ctx, order: { id } }) => one(ctx, "order.created", await order(ctx, id)),
    },
    {
      event: OrderStateTransitionEvent,
      message: async ({ ctx, toState, order: { id } }) => {
        const topic = { PaymentSettled: "order.paid", Cancelled: "order.cancelled" }[toState];
        return topic ? one(ctx, topic, await order(ctx, id)) : [];
      },
    },
    {
      event: RefundEvent,
      message: async ({ ctx, order: { id }, refund }) =>
        one(ctx, "refund.created", { ...refundData(refund), order: await order(ctx, id) }),
    },
    {
      event: ProductEvent,
      message: async ({ ctx, entity, type }) =>
        one(
          ctx,
          "product.changed",
          type === "deleted" ? { id: String(entity.id), deleted: true } : await product(ctx, entity.id),
        ),
    },
    { event: ProductVariantEvent, message: ({ ctx, entity }) => changedProducts(ctx, ids(entity.map(({ id }) => id))) },
    {
      event: ProductVariantPriceEvent,
      message: ({ ctx, entity }) => changedProducts(ctx, ids(entity.map(({ variant }) => variant?.id).filter(Boolean))),
    },
    {
      event: StockMovementEvent,
      message: ({ ctx, stockMovements }) =>
        changedProducts(ctx, ids(stockMovements.map(({ productVariant }) => productVariant.id)), "stock.changed"),
    },
    {
      event: CustomerEvent,
      message: async ({ ctx, entity, type }) =>
        one(ctx, "customer.changed", { ...customerData(entity), deleted: type === "deleted" }),
    },
  ];
}

function orderData(order) {
  return {
    id: String(order.id),
    code: order.code,
    state: order.state,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    orderPlacedAt: order.orderPlacedAt ?? null,
    currencyCode: order.currencyCode,
    totalWithTax: order.totalWithTax,
    totalQuantity: order.totalQuantity,
    customer: order.customer ? customerData(order.customer) : null,
    lines: order.lines.map((line) => ({
      id: String(line.id),
      quantity: line.quantity,
      unitPriceWithTax: line.unitPriceWithTax,
      linePriceWithTax: line.linePriceWithTax,
      productVariant: {
        id: String(line.productVariant.id),
        sku: line.productVariant.sku,
        name: line.productVariant.translations[0]?.name,
      },
    })),
    payments: (order.payments ?? []).map((payment) => ({
      id: String(payment.id),
      method: payment.method,
      amount: payment.amount,
      state: payment.state,
      refunds: (payment.refunds ?? []).map(refundData),
    })),
    customFields: { tags: order.customFields?.tags ?? [] },
  };
}

function refundData(refund) {
  return {
    id: String(refund.id),
    state: refund.state,
    total: refund.total,
    reason: refund.reason ?? null,
    createdAt: refund.createdAt,
  };
}

function customerData(customer) {
  const { id, createdAt, updatedAt, firstName, lastName, emailAddress, phoneNumber } = customer;
  return { id: String(id), createdAt, updatedAt, firstName, lastName, emailAddress, phoneNumber: phoneNumber ?? null };
}

function productData(product, ctx) {
  const named = (row) =>
    row.translations.find(({ languageCode }) => languageCode === ctx.languageCode) ?? row.translations[0];
  return {
    id: String(product.id),
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    name: named(product)?.name,
    slug: named(product)?.slug,
    enabled: product.enabled,
    deleted: product.deletedAt !== null && product.deletedAt !== undefined,
    variants: product.variants
      .filter(({ deletedAt }) => !deletedAt)
      .map((variant) => variantData(variant, named(variant)?.name, ctx)),
  };
}

function variantData(variant, name, ctx) {
  const price = variant.productVariantPrices.find(
    ({ channelId, currencyCode }) =>
      String(channelId) === String(ctx.channelId) && currencyCode === ctx.channel.defaultCurrencyCode,
  );
  return {
    id: String(variant.id),
    sku: variant.sku,
    name,
    enabled: variant.enabled,
    priceWithTax: price?.price ?? null,
    currencyCode: ctx.channel.defaultCurrencyCode,
    stockLevels: (variant.stockLevels ?? []).map(({ stockLocationId, stockOnHand, stockAllocated }) => ({
      stockLocationId: String(stockLocationId),
      stockOnHand,
      stockAllocated,
    })),
  };
}

function channelData({ id, code, token }) {
  return { id: String(id), code, token };
}
