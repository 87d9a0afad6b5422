"""Pure evaluation of feature flags as Unleash means them: documents in, verdicts out, nothing read from outside."""
