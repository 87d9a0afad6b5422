// What TypeScript writes for decorators, by hand: this is plain JavaScript.
import { createRequire } from "node:module";
import { Allow, Ctx } from "@vendure/core";

// The very copies that Vendure works with.
const require = createRequire(createRequire(import.meta.url).resolve("@vendure/core"));
const { Inject } = require("@nestjs/common");
const { Args, Mutation, Query, Resolver } = require("@nestjs/graphql");

/** Decorate a class whose constructor takes one service a position. */
export function decorated(target, decorator, services = {}) {
  for (const [position, service] of Object.entries(services)) Inject(service)(target, undefined, Number(position));
  decorator(target);
  return target;
}

/** Make a resolver: each operation is [permissions, function of the request's context and the arguments]. */
export function resolver({ queries, mutations }) {
  class Operations {}
  const add = (kind, operations) => {
    for (const [name, [permissions, work]] of Object.entries(operations)) {
      Operations.prototype[name] = (context, args) => work(context, args);
      Ctx()(Operations.prototype, name, 0);
      Args()(Operations.prototype, name, 1);
      const described = Object.getOwnPropertyDescriptor(Operations.prototype, name);
      kind(name)(Operations.prototype, name, described);
      Allow(...permissions)(Operations.prototype, name, described);
    }
  };
  add(Query, queries);
  add(Mutation, mutations);
  Resolver()(Operations);
  return Operations;
}
