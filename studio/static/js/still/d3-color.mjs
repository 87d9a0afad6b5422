// Stands in for d3-color (build.mjs). d3-interpolate brings it along to blend colours; the canvas blends none.
export function color() {
  return null;
}
export { color as cubehelix, color as hcl, color as hsl, color as lab, color as rgb };
